import { z } from "zod";
import { wholeNumber } from "./values";

/** How many environments the authorizer has at once. */
export const concurrency = z
  .strictObject({
    /** At most so many, kept free for it in the account. @default what the account has left */
    reserved: wholeNumber(1, 100_000, "environments").optional(),
    /** So many are always started; AWS charges for each of them, used or not. @default none */
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
