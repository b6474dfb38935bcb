/*
 * The platform's words as people read them. The keys are those of the API (src/domain/*.def); a word
 * that is not listed shows as it came.
 */

export type Tone = "neutral" | "accent" | "ok" | "warn" | "bad";

export interface Word {
	label: string;
	tone: Tone;
	/** What it means and what happens next, in a sentence. */
	text?: string;
}

export type WordTable = Readonly<Record<string, Word>>;

export function word_of(table: WordTable, word: string): Word {
	return table[word] ?? { label: word.replaceAll("_", " "), tone: "neutral" };
}

export const FILE_STATES: WordTable = {
	receiving: {
		label: "Receiving",
		tone: "accent",
		text: "Not whole yet; send the same file again to go on.",
	},
	received: {
		label: "Waiting for scan",
		tone: "accent",
		text: "Stored; the scanner takes it next.",
	},
	scanning: { label: "Scanning", tone: "accent", text: "Checked for malware and type." },
	clean: { label: "Clean", tone: "ok", text: "Nothing was found." },
	infected: { label: "Infected", tone: "bad", text: "Refused; nothing of it is kept in use." },
	unscannable: {
		label: "Not scannable",
		tone: "bad",
		text: "Refused, because the scanner could not say that it is clean.",
	},
	rejected: { label: "Rejected", tone: "bad", text: "Refused for the reason given." },
	purged: { label: "Deleted", tone: "neutral", text: "Its content is gone for good." },
};

export const DATASET_STATES: WordTable = {
	reading: { label: "Reading", tone: "accent" },
	needs_mapping: { label: "Needs mapping", tone: "warn", text: "Say what its columns mean." },
	ready: { label: "Ready", tone: "ok" },
	unreadable: { label: "Unreadable", tone: "bad" },
	reversed: { label: "Reversed", tone: "neutral" },
	purged: { label: "Deleted", tone: "neutral" },
};

export const JOB_STATES: WordTable = {
	queued: { label: "Queued", tone: "accent" },
	running: { label: "Running", tone: "accent" },
	done: { label: "Done", tone: "ok" },
	failed: { label: "Failed", tone: "bad" },
	cancelled: { label: "Cancelled", tone: "neutral" },
};

export const MATCH_STATES: WordTable = {
	confirmed: { label: "Confirmed", tone: "ok", text: "Its records belong together." },
	suggested: {
		label: "Suggested",
		tone: "warn",
		text: "Waits for a decision; its records are reserved.",
	},
	ambiguous: {
		label: "Ambiguous",
		tone: "warn",
		text: "Has a rival: decide with the alternatives in sight.",
	},
	rejected: { label: "Rejected", tone: "bad", text: "Its records are open again." },
	undone: { label: "Undone", tone: "neutral", text: "A decision was taken back." },
};

export const BREAK_TYPES: WordTable = {
	missing: {
		label: "Missing on the other side",
		tone: "neutral",
		text: "No record of the other side fits it.",
	},
	in_transit: { label: "In transit", tone: "neutral", text: "Not due yet." },
	overdue: { label: "Overdue", tone: "bad", text: "Due, and not there." },
	not_in_period: {
		label: "Not in this period",
		tone: "neutral",
		text: "Its counterpart belongs to another period.",
	},
	amount_differs: {
		label: "Amount differs",
		tone: "warn",
		text: "What looks like its counterpart has another amount.",
	},
	date_outside: {
		label: "Date outside the window",
		tone: "warn",
		text: "What looks like its counterpart is too many days away.",
	},
	duplicate: { label: "Duplicate", tone: "warn", text: "The same record is there twice." },
	duplicate_payment: {
		label: "Paid twice",
		tone: "bad",
		text: "It looks like a second payment of the same thing.",
	},
	sign_reversed: {
		label: "Sign reversed",
		tone: "warn",
		text: "What looks like its counterpart has the opposite sign.",
	},
	digits_transposed: {
		label: "Digits transposed",
		tone: "warn",
		text: "Two digits of the amount seem to have changed places.",
	},
	rounding: {
		label: "Rounding",
		tone: "neutral",
		text: "Only a rounding difference separates it from its counterpart.",
	},
	fee_tax: {
		label: "Fee or tax",
		tone: "neutral",
		text: "The difference to its counterpart looks like a fee or a tax.",
	},
	currency_differs: {
		label: "Currency differs",
		tone: "warn",
		text: "What looks like its counterpart is in another currency.",
	},
	partial: {
		label: "Open in part",
		tone: "neutral",
		text: "A part of it is matched; the rest is open.",
	},
	reference_mistyped: {
		label: "Reference mistyped",
		tone: "warn",
		text: "The references are almost, but not quite, the same.",
	},
	advice_differs: {
		label: "Advice differs",
		tone: "warn",
		text: "The advice says something else.",
	},
	stale: { label: "Open for very long", tone: "bad", text: "It has been open for very long." },
};

export const SOURCE_KINDS: WordTable = {
	ledger: { label: "Ledger", tone: "neutral" },
	bank: { label: "Bank statement", tone: "neutral" },
	orders: { label: "Orders", tone: "neutral" },
	settlements: { label: "Settlements", tone: "neutral" },
	other: { label: "Other", tone: "neutral" },
};

export const ROLES: WordTable = {
	viewer: { label: "Viewer", tone: "neutral", text: "Sees everything in the project" },
	uploader: { label: "Uploader", tone: "neutral", text: "Hands files in and sees nothing else" },
	analyst: { label: "Analyst", tone: "neutral", text: "Works on sources, rules, jobs and matches" },
	approver: { label: "Approver", tone: "neutral", text: "Decides on matches and approves" },
	owner: { label: "Owner", tone: "neutral", text: "Does everything, and manages the project" },
};

/** Who may press what, as in src/domain/perm.def; the server decides, this only hides what it refuses. */
const MAY: Readonly<Record<string, readonly string[]>> = {
	"source.write": ["analyst", "owner"],
	"dataset.write": ["analyst", "owner"],
	"mapping.write": ["analyst", "owner"],
	"file.upload": ["uploader", "analyst", "owner"],
	"reconciliation.read": ["viewer", "analyst", "approver", "owner"],
	"reconciliation.write": ["analyst", "owner"],
	"ruleset.write": ["analyst", "owner"],
	"job.run": ["analyst", "owner"],
	"decision.write": ["analyst", "approver", "owner"],
};

export function may(role: string | undefined, permission: keyof typeof MAY & string): boolean {
	return role !== undefined && (MAY[permission] ?? []).includes(role);
}
