import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import { file_name } from "@/api/download";
import { dataset, project } from "@/test/data";
import { render_app } from "@/test/render";
import { PROJECT, problem, server } from "@/test/server";

const EXPORT = `${PROJECT}/datasets/:dataset/rows/export`;
const click = vi.fn();

beforeEach(() => {
	click.mockReset();
	URL.createObjectURL = () => "blob:rows";
	URL.revokeObjectURL = () => undefined;
	const page = { items: [], offset: 0, total: 0 };
	server.use(
		http.get(`${PROJECT}/datasets/:dataset/rows`, () => HttpResponse.json(page)),
		http.get(`${PROJECT}/datasets/:dataset/rejects`, () => HttpResponse.json(page)),
		http.get(`${PROJECT}/datasets/:dataset/:list`, () => HttpResponse.json({ items: [] })),
	);
	vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
		this: HTMLAnchorElement,
	) {
		if (this.download) click(this.download);
	});
});

async function choose(format: RegExp) {
	const { user } = render_app(`/p/${project.id}/datasets/${dataset.id}`);
	await user.click(await screen.findByRole("button", { name: "Download rows" }));
	await user.click(await screen.findByRole("menuitem", { name: format }));
	return user;
}

test("rows are downloaded in the format that was chosen, under the server's name", async () => {
	let asked = "";
	server.use(
		http.get(EXPORT, ({ request }) => {
			asked = new URL(request.url).searchParams.get("format") ?? "";
			return new HttpResponse("a,b\n", {
				headers: { "Content-Disposition": "attachment; filename*=UTF-8''B%C3%BCro.rows.xlsx" },
			});
		}),
	);
	await choose(/Workbook/);
	await vi.waitFor(() => expect(click).toHaveBeenCalledWith("Büro.rows.xlsx"));
	expect(asked).toBe("xlsx");
});

test("a download of many rows asks for the password, then goes on", async () => {
	let fresh = false;
	server.use(
		http.get(EXPORT, () =>
			fresh ? new HttpResponse("a,b\n") : problem(403, "step_up", "Confirm your password first."),
		),
		http.post("*/api/v1/auth/step-up", () => {
			fresh = true;
			return new HttpResponse(null, { status: 204 });
		}),
	);
	const user = await choose(/Plain table/);
	await user.type(await screen.findByLabelText("Password"), "correct horse");
	await user.click(screen.getByRole("button", { name: "Download" }));
	await vi.waitFor(() => expect(click).toHaveBeenCalledOnce());
	expect(screen.queryByRole("dialog")).toBeNull();
});

test("what the server refuses is shown", async () => {
	server.use(
		http.get(EXPORT, () => problem(422, "limit", "A sheet has room for fewer rows; choose CSV.")),
	);
	await choose(/Workbook/);
	expect(await screen.findByRole("alert")).toHaveTextContent("choose CSV");
	expect(click).not.toHaveBeenCalled();
});

test("names of downloads", () => {
	expect(file_name("attachment; filename=\"x\"; filename*=UTF-8''a%20b.csv")).toBe("a b.csv");
	expect(file_name("attachment")).toBe("download");
	expect(file_name("attachment; filename*=UTF-8''%E0%A4%A")).toBe("download");
	expect(file_name(null)).toBe("download");
});
