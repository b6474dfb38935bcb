// An installed system under systemd, seen from inside: units, people's work through nginx, restarts while
// requests are under way, and what the journal keeps. Run by tests/boot/inside.sh only.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { type Body, Client } from "../lib/client.ts";
import { instance, sleep, until } from "../lib/instance.ts";
import {
	finishedJob,
	newPerson,
	newProject,
	newReconciliation,
	newSource,
	type Project,
	readyDataset,
	scanned,
	startJob,
	upload,
} from "../lib/story.ts";

const pools = ["auth", "api", "upload", "data"];
const units = [
	...pools.map((pool) => `recon-api@${pool}`),
	"recon-scanner",
	"recon-intake",
	"recon-matcher",
	"recon-courier",
	"recon-auditor",
];
const run = (command: string, ...args: string[]) => {
	try {
		return execFileSync(command, args, { encoding: "utf8", maxBuffer: 256 << 20 }).trim();
	} catch (e) {
		return String((e as { stdout?: string }).stdout ?? e).trim();
	}
};
const show = (unit: string, property: string) =>
	run("systemctl", "show", "--value", "-p", property, unit);
const anonymous = new Client(instance.url);

describe("units", () => {
	test.each([...units, "nginx", "postgresql", "redis-server"])("%s is active", (unit) => {
		expect(run("systemctl", "is-active", unit)).toBe("active");
		expect(show(unit, "NRestarts")).toBe("0");
	});

	test("the timer is set, and what it starts deletes what is past its time", () => {
		expect(run("systemctl", "is-active", "recon-expire.timer")).toBe("active");
		run("systemctl", "start", "recon-expire.service");
		expect(show("recon-expire.service", "Result")).toBe("success");
		expect(run("journalctl", "-o", "cat", "-u", "recon-expire.service")).toContain(
			"sessions  0 deleted",
		);
	});

	test("no unit has failed, and the target is reached", () => {
		expect(run("systemctl", "--failed", "--no-legend", "--plain")).toBe("");
		expect(run("systemctl", "is-active", "recon.target")).toBe("active");
		expect(run("systemctl", "is-enabled", "recon.target")).toBe("enabled");
	});

	test.each(units)("%s runs under its own account, confined", (unit) => {
		const account = /^recon-api@/.test(unit) ? unit.replace("-api@", "_") : unit.replace("-", "_");
		expect(show(unit, "User")).toBe(account);
		const pid = show(unit, "MainPID");
		const status = readFileSync(`/proc/${pid}/status`, "utf8");
		expect(status).toMatch(/^NoNewPrivs:\t1$/m);
		expect(status).toMatch(/^Seccomp:\t2$/m);
		expect(status).toMatch(/^CapEff:\t0+$/m);
		expect(show(unit, "WatchdogUSec")).not.toBe("0");
	});
});

const csv = (n: number) =>
	`date,reference,amount\n${Array.from({ length: n }, (_, i) => `2026-11-0${(i % 9) + 1},R-${i},${i}.50`).join("\n")}\n`;

let project: Project;
let left: Body;
let right: Body;

beforeAll(async () => {
	project = await newProject((await newPerson("boot")).client);
	left = await newSource(project, "ledger");
	right = await newSource(project, "bank");
});

describe("a person's work through nginx", () => {
	test("everything is ready", async () => {
		const ready = await anonymous.get("/api/v1/ready");
		for (const part of ready.parts) expect(part).toMatchObject({ status: "up" });
		expect((await fetch(`${instance.url}/login`)).status).toBe(200);
		expect((await fetch(instance.metrics)).status).toBe(200);
	});

	test("files in, a job done, and a virus refused", async () => {
		const files = [
			await upload(project, left.id, "left.csv", csv(50)),
			await upload(project, right.id, "right.csv", csv(50)),
		];
		const [a, b] = [
			await readyDataset(project, files[0] ?? ""),
			await readyDataset(project, files[1] ?? ""),
		];
		expect([a.state, b.state]).toEqual(["ready", "ready"]);
		const reconciliation = await newReconciliation(project, left.id, right.id);
		const job = await startJob(project, reconciliation.id, [a.id], [b.id]);
		const done = await finishedJob(project, job.id);
		expect(done).toMatchObject({ state: "done" });
		expect(done.summary.confirmed + done.summary.suggested + done.summary.ambiguous).toBe(50);
		const eicar = `X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-${"STANDARD-ANTIVIRUS-TEST-FILE"}!$H+H*`;
		const virus = await upload(project, left.id, "virus.csv", `date,text\n2026-11-01,${eicar}\n`);
		expect((await scanned(project, virus)).state).toBe("infected");
	});
});

describe("restarts under load lose nothing", () => {
	test("pools are restarted while people work, and no request fails", async () => {
		const key = (
			await project.client.post("/api/v1/auth/api-keys", { name: "load", expires_in_days: 1 })
		).secret;
		const worker = new Client(instance.url);
		worker.bearer = key;
		const mine = { ...project, client: worker };
		const files: string[] = [];
		let requests = 0;
		let going = true;
		const work = async (step: () => Promise<unknown>) => {
			while (going) {
				await step();
				requests++;
				await sleep(20);
			}
		};
		const load = Promise.all([
			work(() => worker.get(mine.path)),
			work(() => worker.get("/api/v1/me")),
			work(() => worker.get(`${mine.path}/files`)),
			work(async () => files.push(await upload(mine, left.id, "load.csv", csv(20)))),
		]);
		const failed = load.then(
			() => null,
			(e) => e,
		);
		for (let round = 0; round < 3; round++)
			for (const unit of [
				...pools.map((pool) => `recon-api@${pool}`),
				"recon-intake",
				"recon-scanner",
			]) {
				run("systemctl", "restart", unit);
				await sleep(300);
			}
		going = false;
		expect(await failed).toBeNull();
		expect(requests).toBeGreaterThan(100);
		expect(files.length).toBeGreaterThan(5);
		for (const file of files) expect((await scanned(mine, file, 120)).state).toBe("clean");
	});

	test("jobs that restarts of the matcher interrupt are done, with the result that all have", async () => {
		const rows = csv(20_000);
		const a = await readyDataset(project, await upload(project, left.id, "many.csv", rows), 120);
		const b = await readyDataset(project, await upload(project, right.id, "many.csv", rows), 120);
		const jobs: string[] = [];
		for (let i = 0; i < 4; i++) {
			const reconciliation = await newReconciliation(project, left.id, right.id);
			jobs.push((await startJob(project, reconciliation.id, [a.id], [b.id])).id);
			await sleep(50 * i);
			run("systemctl", "restart", "recon-matcher");
		}
		const ended = [];
		for (const job of jobs) ended.push(await finishedJob(project, job, 120));
		for (const job of ended) {
			expect(job).toMatchObject({ state: "done", error: null });
			expect(job.result_hash).toBe(ended[0].result_hash);
		}
	});

	test("stopping the target ends every process, starting it brings all back", async () => {
		run("systemctl", "stop", "recon.target");
		for (const unit of units) expect(run("systemctl", "is-active", unit)).toBe("inactive");
		expect(run("pgrep", "-c", "^recon-")).toBe("0");
		run("systemctl", "start", "recon.target");
		await until(
			"ready",
			() => anonymous.call("GET", "/api/v1/ready"),
			(answer) => answer.status === 200 && answer.body.parts.every((p: Body) => p.status === "up"),
		);
		expect(existsSync("/run/recon/api-api.sock")).toBe(true);
		expect(run("systemctl", "--failed", "--no-legend", "--plain")).toBe("");
	});
});

describe("the journal", () => {
	const entries = () =>
		run("journalctl", "--no-pager", "-o", "json", "-u", "recon-*")
			.split("\n")
			.map((line) => JSON.parse(line))
			.filter((entry) => entry._TRANSPORT === "stdout" || entry._TRANSPORT === undefined);

	test("holds one JSON object a line, each with its time, level, program and words", () => {
		const all = entries().filter((entry) => /^recon-/.test(entry._COMM ?? entry.SYSLOG_IDENTIFIER));
		expect(all.length).toBeGreaterThan(20);
		for (const entry of all) {
			const line = JSON.parse(entry.MESSAGE);
			expect(line).toMatchObject({ level: expect.stringMatching(/^(debug|info|warn|error)$/) });
			expect(line.ts).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
			expect(line.program).toMatch(/^recon-/);
			expect(line.msg.length).toBeGreaterThan(3);
		}
	});

	test("names the request that a line is about, as the answer did", async () => {
		const answer = await anonymous.call("POST", "/api/v1/auth/sign-in", {
			json: { email: "nobody@example.test", password: "wrong password" },
		});
		expect(answer.status).toBe(401);
		const id = answer.headers.get("x-request-id") ?? "";
		expect(id).toBe(answer.body.request_id);
		await until(
			"the line",
			async () => entries().some((entry) => String(entry.MESSAGE).includes(`"request_id":"${id}"`)),
			Boolean,
		);
	});

	test("knows nothing of passwords and tokens", () => {
		const text = run("journalctl", "--no-pager", "-o", "cat");
		expect(text).not.toContain("wrong password");
		expect(text).not.toMatch(/rk_live_[A-Za-z0-9]{20}/);
	});
});
