/* The API as unit tests see it: every answer typed by the contract; each test overrides what it needs. */
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import type {
	ApiKeyList,
	DatasetList,
	DecisionList,
	FacetList,
	JobList,
	MemberList,
	ProjectList,
	FileList as ReceivedFileList,
	ReconciliationList,
	SessionList,
	SourceList,
	View,
	ViewRows,
} from "@/api";
import * as data from "./data";

export const ORIGIN = "https://recon.test";
export const API = `${ORIGIN}/api/v1`;
export const PROJECT = `${API}/projects/:project`;
export const REC = `${PROJECT}/reconciliations/:rec`;

/** A list with a single page. */
export function page<Item>(items: Item[]): { items: Item[]; next_cursor: null } {
	return { items, next_cursor: null };
}

/** A problem document, as the server words it. */
export function problem(status: number, code: string, title: string, more: object = {}) {
	return HttpResponse.json(
		{
			type: "about:blank",
			title,
			status,
			code,
			detail: title,
			request_id: "req-1",
			errors: [],
			...more,
		},
		{ status, headers: { "Content-Type": "application/problem+json", "X-Request-Id": "req-1" } },
	);
}

export const matches_page = (items: ReturnType<typeof data.match>[], total = items.length) =>
	({ kind: "matches", items, offset: 0, total, version: 4 }) satisfies ViewRows;

export const server = setupServer(
	http.get(`${API}/me`, () => HttpResponse.json(data.session)),
	http.get(`${API}/auth/sessions`, () =>
		HttpResponse.json(page([data.session_row]) satisfies SessionList),
	),
	http.get(`${API}/auth/api-keys`, () =>
		HttpResponse.json(page([data.api_key]) satisfies ApiKeyList),
	),
	http.get(`${API}/limits`, () => HttpResponse.json(data.limits)),
	http.post(`${API}/auth/refresh`, () => problem(401, "session_ended", "The session has ended.")),
	http.get(`${API}/projects`, () => HttpResponse.json(page([data.project]) satisfies ProjectList)),
	http.get(PROJECT, () => HttpResponse.json(data.project)),
	http.get(`${PROJECT}/members`, () =>
		HttpResponse.json(page([data.member, data.kim]) satisfies MemberList),
	),
	http.get(`${PROJECT}/sources`, () =>
		HttpResponse.json(page([data.ledger, data.bank]) satisfies SourceList),
	),
	http.get(`${PROJECT}/sources/:source`, ({ params }) =>
		HttpResponse.json(params.source === data.bank.id ? data.bank : data.ledger),
	),
	http.get(`${PROJECT}/files`, () =>
		HttpResponse.json(page([data.file]) satisfies ReceivedFileList),
	),
	http.get(`${PROJECT}/files/:file`, () => HttpResponse.json(data.file)),
	http.get(`${PROJECT}/datasets`, ({ request }) => {
		const source = new URL(request.url).searchParams.get("source");
		const items = [data.dataset, { ...data.dataset, id: data.uuid(41), source: data.bank.id }];
		const found = items.filter((item) => source === null || item.source === source);
		const state = new URL(request.url).searchParams.get("state");
		const shown = found.filter((item) => state === null || item.state === state);
		return HttpResponse.json(page(shown) satisfies DatasetList);
	}),
	http.get(`${PROJECT}/datasets/:dataset`, () => HttpResponse.json(data.dataset)),
	http.post(`${PROJECT}/datasets/:dataset/previews`, () =>
		HttpResponse.json(data.preview_waiting, { status: 202 }),
	),
	http.get(`${PROJECT}/datasets/:dataset/previews/:preview`, () => HttpResponse.json(data.preview)),
	http.get(`${PROJECT}/reconciliations`, () =>
		HttpResponse.json(page([data.reconciliation]) satisfies ReconciliationList),
	),
	http.get(REC, () => HttpResponse.json(data.reconciliation)),
	http.get(`${REC}/jobs`, () => HttpResponse.json(page([data.job]) satisfies JobList)),
	http.get(`${REC}/decisions`, () => HttpResponse.json(page([]) satisfies DecisionList)),
	http.post(`${REC}/views`, () =>
		HttpResponse.json({ view: data.uuid(70), total: 3, version: 4 } satisfies View, {
			status: 201,
		}),
	),
	http.get(`${PROJECT}/views/:view/rows`, () =>
		HttpResponse.json(matches_page([data.match(1), data.match(2), data.match(3)])),
	),
	http.get(`${PROJECT}/views/:view/facets`, () =>
		HttpResponse.json({
			facets: [
				{
					field: "state",
					values: [
						{ value: "suggested", count: 12, label: null, money: [] },
						{ value: "ambiguous", count: 3, label: null, money: [] },
					],
				},
			],
		} satisfies FacetList),
	),
	http.get(`${PROJECT}/jobs`, () => HttpResponse.json(page([data.job]) satisfies JobList)),
	http.get(`${PROJECT}/jobs/:job`, () => HttpResponse.json(data.job)),
	http.get(`${PROJECT}/jobs/:job/model`, () => HttpResponse.json(data.model)),
	http.get(`${PROJECT}/jobs/:job/sample`, () => HttpResponse.json(data.sample)),
	http.get(`${PROJECT}/jobs/:job/matches/:no/evidence`, () => HttpResponse.json(data.evidence)),
);
