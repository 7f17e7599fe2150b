import { lazily } from "./lazily";

export = lazily("typescript");
