import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type ProxyOptions } from "vite";

interface Instance {
	url: string;
	ca: string;
}

/** The running private instance, as ./dev up describes it; hot reload proxies the API to it. */
function instance_proxy(): Record<string, ProxyOptions> {
	const file =
		process.env.RECON_INSTANCE_JSON ??
		fileURLToPath(new URL("../var/instance.json", import.meta.url));
	if (!existsSync(file)) return {};
	const { url, ca } = JSON.parse(readFileSync(file, "utf8")) as Instance;
	return {
		"/api": {
			target: { ...url_parts(url), ca: readFileSync(ca, "utf8") },
			changeOrigin: true,
			// The API accepts unsafe methods from its own origin only.
			headers: { origin: new URL(url).origin },
		},
	};
}

function url_parts(url: string) {
	const { protocol, hostname: host, port } = new URL(url);
	return { protocol, host, port: Number(port || 443) };
}

export default defineConfig(({ command }) => ({
	plugins: [react()],
	resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
	build: {
		target: "es2023",
		// The content security policy allows no data: scripts or fonts.
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		manifest: true,
		reportCompressedSize: false,
		rolldownOptions: {
			output: {
				codeSplitting: {
					groups: [
						{ name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
						{ name: "router", test: /node_modules[\\/]@tanstack[\\/]/ },
						{
							name: "redux",
							test: /node_modules[\\/](@reduxjs|react-redux|redux|redux-persist|redux-thunk|reselect|immer)[\\/]/,
						},
					],
				},
			},
		},
	},
	server: { port: 5173, proxy: command === "serve" ? instance_proxy() : {} },
}));
