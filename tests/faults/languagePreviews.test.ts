import { previews } from "../languagePreviews";

previews("go");
