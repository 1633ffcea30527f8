import { z } from "zod";
import { wholeNumber } from "./values";

/** The concurrency of the authorizer. */
export const concurrency = z
  .strictObject({
    /** The most concurrent environments, reserved for it in the account. @default the account's unreserved concurrency */
    reserved: wholeNumber(1, 100_000, "environments").optional(),
    /** The number of environments that are always initialised. AWS charges for each, used or not. @default none */
    provisioned: wholeNumber(1, 100_000, "environments").optional(),
  })
  .refine(
    ({ reserved, provisioned }) =>
      reserved === undefined || provisioned === undefined || provisioned <= reserved,
    {
      path: ["provisioned"],
      message: "must not be more than `reserved`",
    },
  );
