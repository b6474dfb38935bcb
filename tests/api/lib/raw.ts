// Bytes as a hostile client writes them, which no HTTP library would send.
import { connect, type TLSSocket } from "node:tls";
import { instance } from "./instance.ts";

const { hostname, port } = new URL(instance.url);

/** A TLS connection to nginx, if need be from another address of this machine;
 * NODE_EXTRA_CA_CERTS makes it trusted. */
export function dial(localAddress = "127.0.0.1"): Promise<TLSSocket> {
	return new Promise((resolve, reject) => {
		const to = { host: hostname, port: Number(port), localAddress, ALPNProtocols: ["http/1.1"] };
		const socket = connect(to);
		socket.once("secureConnect", () => resolve(socket));
		socket.once("error", reject);
	});
}

export interface RawAnswer {
	status: number;
	/** Lower-case name and value of each header line, in order. */
	headers: [string, string][];
	body: string;
}

export function parseAnswer(text: string): RawAnswer {
	const end = text.indexOf("\r\n\r\n");
	const [first = "", ...lines] = text.slice(0, end).split("\r\n");
	return {
		status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0),
		headers: lines.map((line) => {
			const at = line.indexOf(":");
			return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
		}),
		body: text.slice(end + 4),
	};
}

/** Sends bytes (Latin-1 text) and returns everything until the server closes, or after seconds. */
export async function sendRaw(bytes: string, seconds = 10): Promise<string> {
	const socket = await dial();
	const chunks: Buffer[] = [];
	return new Promise((resolve) => {
		const done = () => {
			clearTimeout(timer);
			socket.destroy();
			resolve(Buffer.concat(chunks).toString("latin1"));
		};
		const timer = setTimeout(done, seconds * 1000);
		socket.on("data", (chunk) => chunks.push(chunk));
		socket.on("end", done);
		socket.on("error", done);
		socket.write(Buffer.from(bytes, "latin1"));
	});
}
