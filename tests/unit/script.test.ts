import { filled, script } from "../../components/shared/script";
import { SCRIPTS } from "../../components/shared/scripts";
import { sha256 } from "../../components/shared/sha256";

/** Texts that are made of others. */
test("a script has each value where its name stands between two @", () => {
  expect(filled("a @ONE@ @TWO_B@ @ONE@ user@host @low@ @", { ONE: "1", TWO_B: 2 })).toBe("a 1 2 1 user@host @low@ @");
  expect(filled("@A@", { A: "$&@A@" })).toBe("$&@A@");
});

test("a value that is not given is told, and makes no script", () => {
  expect(() => filled("a @ONE@", { TWO: 2 })).toThrow("nothing is given for @ONE@");
});

test("a script is the one of its name", () => {
  const [[name, text]] = Object.entries(SCRIPTS).filter(([, its]) => !/@[A-Z_]+@/.test(its));
  expect(script(name as keyof typeof SCRIPTS)).toBe(text);
});

test("a sum is the one that others make of the same text", () => {
  expect(sha256("é")).toBe("4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c");
});
