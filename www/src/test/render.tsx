/* The whole application at an address, signed in unless told otherwise. */
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Provider } from "react-redux";
import { create_router } from "@/app/router";
import { create_store } from "@/app/store";
import { ThemeEffect } from "@/app/ThemeEffect";

export function set_csrf(value = "csrf") {
	// biome-ignore lint/suspicious/noDocumentCookie: jsdom has no cookie store
	document.cookie = `__Host-csrf=${value}; Path=/; Secure`;
}

export function render_app(path: string, { signed_in = true } = {}) {
	if (signed_in) set_csrf();
	const store = create_store();
	const history = createMemoryHistory({ initialEntries: [path] });
	const router = create_router(store, history);
	const user = userEvent.setup();
	render(
		<Provider store={store}>
			<ThemeEffect />
			<RouterProvider router={router} />
		</Provider>,
	);
	return { store, router, user };
}
