import { lazily } from "./lazily";

export = lazily("@pulumi/pulumi/automation");
