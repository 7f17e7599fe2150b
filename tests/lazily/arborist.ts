import { lazily } from "./lazily";

export = lazily("@npmcli/arborist");
