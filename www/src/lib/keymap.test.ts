import { describe, expect, test, vi } from "vitest";
import { type Action, chord_of, is_editing, type KeyLike, Keymap, key_caps } from "./keymap";

function press(key: string, modifiers: Partial<KeyLike> = {}): KeyLike {
	return { key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers };
}

function action(id: string, keys: string[], enabled = true): Action {
	return { id, label: id, group: "Test", keys, enabled, perform: vi.fn() };
}

describe("chord_of", () => {
	test.each([
		["a letter", press("j"), "j"],
		["a capital says its shift", press("J", { shiftKey: true }), "Shift+j"],
		["a symbol needs none", press("?", { shiftKey: true }), "?"],
		["space", press(" ", { shiftKey: true }), "Shift+Space"],
		["Ctrl", press("k", { ctrlKey: true }), "Ctrl+k"],
		["Meta counts as Ctrl", press("k", { metaKey: true }), "Ctrl+k"],
		["an arrow", press("ArrowDown"), "ArrowDown"],
	])("%s", (_, event, chord) => expect(chord_of(event)).toBe(chord));
});

describe("Keymap", () => {
	const keymap = new Keymap([
		action("next", ["j"]),
		action("files", ["g f"]),
		action("palette", ["Ctrl+K"]),
		action("off", ["x"], false),
	]);
	test("finds by chord", () => {
		expect(keymap.find(press("j"), 0)?.id).toBe("next");
		expect(keymap.find(press("K", { ctrlKey: true }), 0)?.id).toBe("palette");
		expect(keymap.find(press("q"), 0)).toBeUndefined();
	});
	test("finds a sequence, if its second key comes soon", () => {
		expect(keymap.find(press("g"), 1000)).toBeUndefined();
		expect(keymap.find(press("f"), 1500)?.id).toBe("files");
		expect(keymap.find(press("g"), 3000)).toBeUndefined();
		expect(keymap.find(press("f"), 4000)).toBeUndefined();
	});
	test("a disabled action is none", () => expect(keymap.find(press("x"), 0)).toBeUndefined());
});

test("no single key acts where text is typed", () => {
	document.body.innerHTML = "";
	const input = document.body.appendChild(document.createElement("input"));
	const box = document.body.appendChild(document.createElement("input"));
	box.type = "checkbox";
	expect(is_editing(input)).toBe(true);
	expect(is_editing(box)).toBe(false);
	expect(is_editing(document.body)).toBe(false);
	expect(is_editing(null)).toBe(false);
});

test("caps", () => {
	expect(key_caps("Ctrl+k")).toEqual(["Ctrl", "K"]);
	expect(key_caps("g d")).toEqual(["G", "D"]);
	expect(key_caps("ArrowDown")).toEqual(["↓"]);
});
