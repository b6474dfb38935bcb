/*
 * Decisions of this sitting. Each shows at once and is sent in order, because every one must name the
 * decision log's version that the one before it made. A refusal takes the display back and says why;
 * when only other matches were decided meanwhile, the decision is sent again against the new version.
 */
import { useCallback, useMemo, useRef, useState } from "react";
import {
	api,
	type Decision,
	type DecisionNew,
	type MatchRow,
	type Member,
	type Problem,
	to_problem,
} from "@/api";
import { useAppDispatch } from "@/api/state";
import { format_relative } from "@/lib/dates";

export type MatchState = MatchRow["state"];

interface Entry {
	decision: Decision;
	no: number;
	index: number;
	before: MatchState;
}

interface Options {
	project: string;
	reconciliation: string;
	/** The version of the decision log, from the reconciliation. */
	version: number;
	members: readonly Member[];
	on_settled: (index: number) => Promise<void>;
	on_refused: (problem: Problem) => void;
}

export interface Decisions {
	/** What this sitting made of a match, before the server's rows say so. */
	state_of: (no: number) => MatchState | undefined;
	decide: (
		verb: "confirm" | "reject",
		row: MatchRow,
		index: number,
		records?: DecisionNew["records"],
	) => void;
	/** Takes back the last decision of this sitting; returns the row it was about. */
	undo_last: () => number | null;
	/** Takes back a decision of the log. */
	undo: (decision: Decision, row: MatchRow, index: number) => void;
	count: number;
}

const AFTER: Readonly<Record<"confirm" | "reject", MatchState>> = {
	confirm: "confirmed",
	reject: "rejected",
};
const VERSION_CODES = new Set(["stale", "precondition"]);
const PAST: Readonly<Record<string, string>> = {
	confirm: "confirmed",
	reject: "rejected",
	undo: "took back a decision on",
};

/** The newest foreign decision on the same match, in words; null when there is none. */
export function conflict_in_words(
	decisions: readonly Decision[],
	{
		no,
		since,
		members,
		now,
	}: { no: number; since: number; members: readonly Member[]; now: number },
): string | null {
	const other = decisions.find(({ seq, match }) => seq > since && match?.no === no);
	if (!other) return null;
	const name = members.find(({ user }) => user === other.user)?.display_name ?? "Somebody else";
	return `${name} ${PAST[other.kind] ?? other.kind} this ${format_relative(other.created_at, now)}.`;
}

export function useDecisions(options: Options): Decisions {
	const { project, reconciliation, version } = options;
	const dispatch = useAppDispatch();
	const [shown, set_shown] = useState<ReadonlyMap<number, MatchState>>(new Map());
	const [log, set_log] = useState<readonly Entry[]>([]);
	const latest = useRef(options);
	latest.current = options;
	const seq = useRef(0);
	seq.current = Math.max(seq.current, version);
	const queue = useRef<Promise<void>>(Promise.resolve());

	const show = useCallback((no: number, state: MatchState | undefined) => {
		set_shown((old) => {
			const next = new Map(old);
			if (state) next.set(no, state);
			else next.delete(no);
			return next;
		});
	}, []);

	const send = useCallback(
		async (body: DecisionNew, no: number) => {
			const key = crypto.randomUUID();
			for (let retry = false; ; retry = true) {
				const since = seq.current;
				const result = await dispatch(
					api.endpoints.decisionCreate.initiate({
						project,
						reconciliation,
						"If-Match": `"${since}"`,
						"Idempotency-Key": retry ? crypto.randomUUID() : key,
						decisionNew: body,
					}),
				);
				if (result.data) {
					seq.current = result.data.seq;
					return result.data;
				}
				const problem = to_problem(result.error);
				if (retry || !VERSION_CODES.has(problem.code)) throw problem;
				const list = await dispatch(
					api.endpoints.decisionList.initiate(
						{ project, reconciliation, limit: 100 },
						{ forceRefetch: true, subscribe: false },
					),
				);
				const decisions = list.data?.items ?? [];
				const { members } = latest.current;
				const conflict = conflict_in_words(decisions, { no, since, members, now: Date.now() });
				if (conflict) throw { ...problem, title: conflict, detail: "Nothing of yours was stored." };
				seq.current = Math.max(since, decisions[0]?.seq ?? since);
			}
		},
		[dispatch, project, reconciliation],
	);

	const enqueue = useCallback(
		(work: () => Promise<void>, no: number, index: number) => {
			queue.current = queue.current.then(async () => {
				try {
					await work();
				} catch (error) {
					latest.current.on_refused(to_problem(error));
				}
				await latest.current.on_settled(index);
				show(no, undefined);
			});
		},
		[show],
	);

	const decide = useCallback<Decisions["decide"]>(
		(verb, row, index, records) => {
			const { no } = row.match;
			const before = shown.get(no) ?? row.state;
			show(no, AFTER[verb]);
			enqueue(
				async () => {
					const chosen = records && { records };
					const decision = await send({ kind: verb, match: row.match, ...chosen }, no);
					set_log((old) => [...old, { decision, no, index, before }]);
				},
				no,
				index,
			);
		},
		[shown, show, enqueue, send],
	);

	const take_back = useCallback(
		(decision: string, no: number, index: number, before: MatchState) => {
			show(no, before);
			enqueue(
				async () => {
					await send({ kind: "undo", decision }, no);
					set_log((old) => old.filter((entry) => entry.decision.id !== decision));
				},
				no,
				index,
			);
		},
		[show, enqueue, send],
	);

	const undo_last = useCallback(() => {
		const entry = log.at(-1);
		if (!entry) return null;
		take_back(entry.decision.id, entry.no, entry.index, entry.before);
		return entry.index;
	}, [log, take_back]);

	const undo = useCallback<Decisions["undo"]>(
		(decision, row, index) => take_back(decision.id, row.match.no, index, row.status),
		[take_back],
	);

	const state_of = useCallback((no: number) => shown.get(no), [shown]);
	return useMemo(
		() => ({ state_of, decide, undo_last, undo, count: log.length }),
		[state_of, decide, undo_last, undo, log.length],
	);
}
