/* Things of the API for unit tests, typed by the contract. Never part of the bundle. */
import type {
	ApiKey,
	Dataset,
	Decision,
	Evidence,
	Job,
	Limits,
	MatchRow,
	Member,
	Model,
	OpenItemRow,
	Preview,
	Project,
	Proposal,
	File as ReceivedFile,
	Reconciliation,
	Record as Row,
	Sample,
	SessionInfo,
	SessionRow,
	Source,
} from "@/api";

const AT = "2026-11-02T10:00:00Z";
export const uuid = (no: number) => `019a0000-0000-7000-8000-${String(no).padStart(12, "0")}`;

export const session: SessionInfo = {
	user: { id: uuid(1), email: "ada@example.com", display_name: "Ada Byron", platform_roles: [] },
	session: {
		id: uuid(2),
		created_at: AT,
		idle_expires_at: "2026-11-02T10:30:00Z",
		absolute_expires_at: "2026-11-02T22:00:00Z",
		restricted: false,
	},
	csrf_token: "csrf",
};

export const session_row: SessionRow = {
	id: uuid(2),
	current: true,
	created_at: AT,
	used_at: AT,
	idle_expires_at: AT,
	absolute_expires_at: AT,
	address: "127.0.0.1",
	agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
};

export const api_key: ApiKey = {
	id: uuid(80),
	name: "Nightly import",
	project: null,
	scopes: ["read", "upload"],
	networks: [],
	created_at: AT,
	expires_at: "2027-01-01T00:00:00Z",
	used_at: null,
	revoked_at: null,
};

export const limits: Limits = {
	upload: { max_bytes: 1_000_000, part_bytes: 100, types: ["csv", "tsv", "txt"] },
	json: { max_bytes: 1_048_576, depth: 32 },
	rows: { max: 1000 },
};

export const project: Project = {
	id: uuid(10),
	name: "Treasury",
	status: "active",
	time_zone: "Europe/Berlin",
	base_currency: "EUR",
	role: "owner",
	created_at: AT,
	version: 1,
};

export const ledger: Source = {
	id: uuid(20),
	name: "General ledger",
	kind: "ledger",
	time_zone: "Europe/Berlin",
	currency: "EUR",
	mapping_version: 1,
	created_at: AT,
};
export const bank: Source = {
	...ledger,
	id: uuid(21),
	name: "Main account",
	kind: "bank",
	mapping_version: null,
};

export const member: Member = {
	user: uuid(1),
	display_name: "Ada Byron",
	email: "ada@example.com",
	role: "owner",
	added_at: AT,
};
export const kim: Member = { ...member, user: uuid(3), display_name: "Kim Doe" };

export const file: ReceivedFile = {
	id: uuid(30),
	source: ledger.id,
	name: "ledger.csv",
	size: 51_200,
	sha256: null,
	state: "clean",
	verdict: null,
	uploaded_by: uuid(1),
	uploaded_at: AT,
	dataset: uuid(40),
	repairs: null,
	version: 3,
};

export const dataset: Dataset = {
	id: uuid(40),
	no: 1,
	source: ledger.id,
	file: file.id,
	mapping_version: 1,
	state: "ready",
	rows_read: 1003,
	rows_accepted: 1000,
	rows_rejected: 2,
	rows_skipped: 1,
	sums: [{ field: "amount", money: { minor: "123456789", currency: "EUR" } }],
	proposal: null,
	statements: null,
	error: null,
	reversal: null,
	created_at: AT,
};

export const preview: Preview = {
	id: uuid(45),
	dataset: dataset.id,
	state: "done",
	rows_read: 1003,
	rows_accepted: 1000,
	rows_rejected: 102,
	rows_skipped: 1,
	result: {
		fields: [
			{ field: "date", type: "date", columns: ["Booked"] },
			{ field: "amount", type: "amount", columns: ["Amount"] },
		],
		sums: [{ field: "amount", money: { minor: "98765", currency: "EUR" } }],
		rows: [
			{
				line: 2,
				cells: [
					{ value: "2026-04-03", money: null, raw: ["03/04/2026"] },
					{ value: "-12.30", money: { minor: "-1230", currency: "EUR" }, raw: ["12,30-"] },
				],
			},
		],
		rejects: [
			{
				row: 0,
				line: 7,
				column: "Amount",
				value: "n/a",
				code: "cell_type",
				detail: "The cell is not of the column's type.",
			},
		],
	},
	error: null,
	created_at: AT,
};
export const preview_waiting: Preview = {
	...preview,
	state: "waiting",
	rows_read: 0,
	rows_accepted: 0,
	rows_rejected: 0,
	rows_skipped: 0,
	result: null,
};

export const proposal: Proposal = {
	confidence: 0.82,
	mapping: {
		format: "csv",
		dialect: { delimiter: ";", quote: '"', encoding: "utf-8", header_row: 1 },
		decimal: ",",
		thousands: ".",
		date_order: "dmy",
		currency: "EUR",
		fields: [
			{ field: "date", type: "date", column: "Booked" },
			{ field: "amount", type: "amount", column: "Amount", sign: "plain" },
			{ field: "text", type: "text", columns: ["Memo", "Memo 2"] },
		],
	},
	columns: [
		{
			name: "Booked",
			type: "date",
			confidence: 0.99,
			alternatives: [],
			samples: ["03/04/2026", "05/04/2026"],
		},
		{ name: "Amount", type: "amount", confidence: 0.97, alternatives: [], samples: ["1.234,56"] },
		{
			name: "Memo",
			type: "text",
			confidence: 0.8,
			alternatives: ["code"],
			samples: ["Invoice 4711"],
		},
		{ name: "Memo 2", type: "text", confidence: 0.95, alternatives: [], samples: ["Acme"] },
		{ name: "Ref", type: "code", confidence: 0.95, alternatives: [], samples: ["R-1"] },
	],
	questions: [
		{
			code: "date_order",
			detail: "Are these dates day first or month first?",
			pointer: "/date_order",
			choices: ["dmy", "mdy"],
		},
	],
};

export const job: Job = {
	id: uuid(50),
	reconciliation: uuid(60),
	state: "done",
	phase: "write",
	done: 2000,
	total: 2000,
	rate: 184_000,
	eta_ms: null,
	attempt: 1,
	created_at: AT,
	started_at: AT,
	finished_at: "2026-11-02T10:00:02Z",
	error: null,
	summary: {
		left_rows: 1000,
		right_rows: 990,
		confirmed: 940,
		suggested: 12,
		ambiguous: 3,
		open_left: 60,
		open_right: 50,
		money: [
			{
				side: "left",
				currency: "EUR",
				accepted: "100000",
				matched: "90000",
				open: "10000",
				balanced: true,
			},
			{
				side: "right",
				currency: "EUR",
				accepted: "98000",
				matched: "90000",
				open: "8000",
				balanced: true,
			},
		],
		parameters: "learned",
		search_complete: true,
		candidate_recall: "0.998000",
		carried: 7,
		calibration: { kind: "uncalibrated", decisions: 12, errors: 1, reliability: [] },
		identities: {
			rows: [
				{
					side: "left",
					brought_forward: 7,
					accepted: 1000,
					matched: 940,
					written_off: 0,
					excluded: 7,
					open: 60,
					holds: true,
				},
			],
			money: [
				{
					side: "right",
					currency: "EUR",
					opening_items: "0.00",
					accepted: "980.00",
					allocated: "900.00",
					written_off: "0.00",
					excluded: "0.00",
					closing_items: "80.00",
					of_closing_reserved: "3.00",
					holds: true,
				},
			],
			statement: [],
			matched: [
				{
					currency: "EUR",
					left: "900.00",
					right: "899.50",
					differences: { fee: "0.50" },
					holds: true,
				},
			],
			proof: [
				{
					currency: "EUR",
					balance_left: "1000.00",
					balance_right: "980.00",
					closing_items_left: "100.00",
					closing_items_right: "80.00",
					differences_not_booked: "0.50",
					holds: false,
				},
			],
		},
	},
	result_hash: "ab".repeat(32),
	inputs: [
		{ side: "left", dataset: uuid(40), first_seen: "2026-11-02", carried: false },
		{ side: "right", dataset: uuid(41), first_seen: "2026-11-02", carried: false },
	],
	receipt: true,
	model: true,
	ruleset_version: 1,
	model_version: null,
};

export const model: Model = {
	model: 1,
	passes: [
		{
			pass: "learned",
			learned: true,
			expected_matches: "941.250",
			theta_bits: "-9.900000",
			candidate_recall: "0.998000",
			comparisons: [
				{
					field: "amount",
					compared_as: "amount",
					tells_bits: "6.500000",
					used: true,
					levels: [
						{ name: "equal", from: 0, to: 0 },
						{ name: "else", from: 1, to: 1 },
					],
					m_bits: ["-0.500000", "-2.000000"],
					u_bits: ["-9.500000", "-0.015625"],
				},
				{
					field: "branch",
					compared_as: "same",
					tells_bits: "0.031250",
					used: false,
					levels: [],
					m_bits: [],
					u_bits: [],
				},
			],
		},
	],
};

export const sample: Sample = {
	seed: "00c0ffee00c0ffee",
	population: 940,
	checked: 12,
	wrong: 1,
	seen: 0.083333,
	low: 0.0021,
	high: 0.3848,
	bound: 0.3385,
	target: 0.001,
	shown: false,
	confirm_line: null,
	more: 928,
	version: 4,
	items: [
		{ match: { job: uuid(50), no: 3 }, left: [record("left", 3)], right: [record("right", 4)] },
	],
};

export const reconciliation: Reconciliation = {
	id: uuid(60),
	name: "November ledger and bank",
	status: "active",
	left: ledger.id,
	right: bank.id,
	advice: null,
	ruleset_version: 1,
	model_version: null,
	version: 4,
	last_job: job,
	created_at: AT,
};

export function record(side: "left" | "right", row: number, change: Partial<Row> = {}): Row {
	return {
		side,
		dataset: uuid(side === "left" ? 40 : 41),
		row,
		date: "2026-11-02",
		amount: { minor: String(1000 + row), currency: "EUR" },
		currency: "EUR",
		text: `Invoice ${row}`,
		reference: `INV-${row}`,
		fields: { Booked: "02.11.2026", Memo: `Invoice ${row}` },
		...change,
	};
}

export function match(no: number, change: Partial<MatchRow> = {}): MatchRow {
	return {
		match: { job: job.id, no },
		kind: "1:1",
		pass: "exact_reference",
		status: "suggested",
		state: "suggested",
		confidence: 0.87,
		margin: 3.2,
		difference: { type: "none", money: null },
		left: [record("left", no)],
		right: [record("right", no)],
		choice: null,
		alternatives: [],
		...change,
	};
}

export function open_item(row: number, change: Partial<OpenItemRow> = {}): OpenItemRow {
	return {
		record: record("left", row),
		side: "left",
		break_type: "missing",
		remaining: { minor: "1500", currency: "EUR" },
		first_seen: "2026-11-02",
		nearest: { record: record("right", row + 1), confidence: 0.31 },
		...change,
	};
}

export const evidence: Evidence = {
	comparisons: [
		{ field: "amount", left: "18.87", right: "18.87", level: "equal", bits: 9.4 },
		{ field: "text", left: "Acme invoice 4711", right: "ACME 4712", level: "similar", bits: 2.1 },
		{ field: "reference", left: "R-1", right: "R-9", level: "else", bits: -3.3 },
		{ field: "party", left: null, right: "Acme", level: "missing", bits: 0 },
	],
	prior_bits: -6,
	other_bits: -0.4,
	group: null,
	confidence: 0.87,
	margin: 3.2,
	runner_up: {
		confidence: 0.09,
		left: [record("left", 1)],
		right: [record("right", 7)],
		comparisons: [],
	},
};

export function decision(seq: number, change: Partial<Decision> = {}): Decision {
	return {
		id: uuid(900 + seq),
		seq,
		kind: "confirm",
		match: { job: job.id, no: 1 },
		decision: null,
		records: null,
		note: null,
		user: uuid(1),
		created_at: AT,
		...change,
	};
}
