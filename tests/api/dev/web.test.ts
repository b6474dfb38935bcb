// `./dev web`: Vite serves the front end from its sources, passes the API on to the running instance, and
// tells the page what changed.
import { type ChildProcess, spawn } from "node:child_process";
import { utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Client } from "../lib/client.ts";
import { dev, instance, until } from "../lib/instance.ts";
import { uniqueName } from "../lib/story.ts";

const top = dirname(instance.dev);
let web: ChildProcess;
let printed = "";
let url = "";

beforeAll(async () => {
	web = spawn(instance.dev, ["web", "--port", "0", "--host", "127.0.0.1"], {
		env: { ...process.env, RECON_INSTANCE: instance.name, NO_COLOR: "1" },
		stdio: ["ignore", "pipe", "pipe"],
	});
	for (const stream of [web.stdout, web.stderr])
		stream?.setEncoding("utf8").on("data", (text: string) => {
			printed += text;
		});
	const address = await until(
		"Vite's address",
		async () => /Local: +(http:\S+)\//.exec(printed)?.[1] ?? printed,
		(found) => found.startsWith("http:"),
		60,
	);
	url = address;
});

afterAll(() => {
	web.kill();
});

const text = async (path: string) => (await fetch(url + path)).text();

test("the page and its modules are served from the sources", async () => {
	const page = await text("/");
	expect(page).toContain('src="/@vite/client"');
	expect(page).toContain('src="/src/main.tsx"');
	const main = await fetch(`${url}/src/main.tsx`);
	expect(main.headers.get("content-type")).toContain("javascript");
	expect(await main.text()).toContain("/src/");
});

test("the API behind it is the instance's, and a person signs in through it", async () => {
	const client = new Client(url);
	expect(await client.get("/api/v1/health")).toEqual({ status: "ok" });
	const email = `${uniqueName("web").replace(" ", "-")}@example.test`;
	const link = dev("sign-in", email).trim().split("\n").at(-1) ?? "";
	const code = new URL(link).hash.replace("#code=", "");
	await client.post("/api/v1/auth/redeem", { code, password: uniqueName("a password") });
	expect((await client.get("/api/v1/me")).user.email).toBe(email);
	expect((await client.post("/api/v1/auth/refresh")).user.email).toBe(email);
	const stranger = await new Client(url).call("GET", "/api/v1/me");
	expect(stranger.status).toBe(401);
});

test("a changed source file is told to the page", async () => {
	const token = /wsToken = "([^"]+)"/.exec(await text("/@vite/client"))?.[1];
	expect(token).toBeTruthy();
	const socket = new WebSocket(`${url.replace("http", "ws")}/?token=${token}`, "vite-hmr");
	const told: { type: string }[] = [];
	socket.addEventListener("message", (event) => told.push(JSON.parse(String(event.data))));
	const saw = (type: string) =>
		until(
			type,
			async () => told,
			(all) => all.some((message) => message.type === type),
		);
	try {
		await saw("connected");
		await text("/src/main.tsx");
		const now = new Date();
		utimesSync(join(top, "www/src/main.tsx"), now, now);
		await until(
			"an update",
			async () => told.map((message) => message.type),
			(types) => types.includes("update") || types.includes("full-reload"),
		);
	} finally {
		socket.close();
	}
});
