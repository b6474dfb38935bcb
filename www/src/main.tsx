import { CSPProvider } from "@base-ui/react/csp-provider";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Provider } from "react-redux";
import "@/styles/tokens.css";
import "@/styles/base.css";
import { create_router } from "@/app/router";
import { create_store } from "@/app/store";
import { ThemeEffect } from "@/app/ThemeEffect";

const store = create_store();
const router = create_router(store);
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

createRoot(root).render(
	<StrictMode>
		<CSPProvider disableStyleElements>
			<Provider store={store}>
				<ThemeEffect />
				<RouterProvider router={router} />
			</Provider>
		</CSPProvider>
	</StrictMode>,
);
