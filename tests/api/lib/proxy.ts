// A wire to the instance that can be cut: TCP passed through byte by byte, TLS and all, on another port
// of the same address.
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { instance } from "./instance.ts";

export class Wire {
	#server: Server;
	#sockets = new Set<Socket>();
	#port = 0;
	/** Cuts the connection once, when this many bytes have gone to the server over it. */
	cutAfter = Number.POSITIVE_INFINITY;
	/** The cut is for good: nobody is there afterwards. */
	thenAway = false;
	connections = 0;
	cuts = 0;

	private constructor() {
		this.#server = createServer((client) => this.#join(client));
	}

	static async open(): Promise<Wire> {
		const wire = new Wire();
		await wire.#listen(0);
		wire.#port = (wire.#server.address() as AddressInfo).port;
		return wire;
	}

	get url(): string {
		return `https://127.0.0.1:${this.#port}`;
	}

	#listen(port: number): Promise<void> {
		return new Promise((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
	}

	#join(client: Socket) {
		const { hostname, port } = new URL(instance.url);
		const server = connect(Number(port), hostname);
		let sent = 0;
		this.connections++;
		for (const socket of [client, server]) {
			this.#sockets.add(socket);
			socket.on("error", () => socket.destroy());
		}
		client.on("data", (chunk) => {
			sent += chunk.length;
			server.write(chunk);
			if (sent < this.cutAfter) return;
			this.cutAfter = Number.POSITIVE_INFINITY;
			this.cuts++;
			client.resetAndDestroy();
			if (this.thenAway) void this.away();
		});
		server.on("data", (chunk) => client.write(chunk));
		client.on("close", () => this.#leave(client, server));
		server.on("close", () => this.#leave(server, client));
	}

	#leave(socket: Socket, other: Socket) {
		this.#sockets.delete(socket);
		other.destroy();
	}

	/** Nobody is there any more. */
	async away(): Promise<void> {
		const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
		for (const socket of this.#sockets) socket.resetAndDestroy();
		await closed;
	}

	back(): Promise<void> {
		return this.#listen(this.#port);
	}
}
