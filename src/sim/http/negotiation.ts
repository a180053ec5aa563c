import { ApiFailure } from "../api/failure.ts";

/** How a client wants to see objects: as they are, as rows, or of each its metadata only. */
export type Form = "object" | "table" | "metadata";

const FORMS: Readonly<Record<string, Form>> = {
  Table: "table",
  PartialObjectMetadata: "metadata",
  PartialObjectMetadataList: "metadata",
};

/** The first form in an `accept` header that there is; throws `ApiFailure` where there is none of them. */
export function formOf(accept: string): Form {
  if (accept === "") return "object";
  for (const clause of accept.split(",")) {
    const [media, ...parameters] = clause.split(";").map((part) => part.trim());
    if (!["application/json", "application/*", "*/*"].includes(media!)) continue;
    const as = parameters.find((parameter) => parameter.startsWith("as="))?.slice("as=".length);
    const form = as === undefined ? "object" : FORMS[as];
    if (form !== undefined) return form;
  }
  const message = "only the following media types are accepted: application/json";
  throw new ApiFailure({ code: 406, reason: "NotAcceptable", message });
}
