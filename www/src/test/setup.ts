import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll, vi } from "vitest";
import { server } from "./server";

// What jsdom lacks and the pages use.
class ObserverStub {
	observe(): void {}
	unobserve(): void {}
	disconnect(): void {}
}
vi.stubGlobal("ResizeObserver", ObserverStub);
window.matchMedia = (query: string) =>
	({
		matches: false,
		media: query,
		addEventListener: () => {},
		removeEventListener: () => {},
	}) as unknown as MediaQueryList;
Element.prototype.scrollTo = () => {};
window.scrollTo = () => {};
Element.prototype.getAnimations ??= () => [];

// Pages load lazily, and the machine may be busy with other suites.
configure({ asyncUtilTimeout: 8000 });
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
	cleanup();
	server.resetHandlers();
	// biome-ignore lint/suspicious/noDocumentCookie: jsdom has no cookie store
	document.cookie = "__Host-csrf=; Max-Age=0; Path=/; Secure";
	localStorage.clear();
});
afterAll(() => server.close());
