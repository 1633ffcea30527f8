/** Seconds that API Gateway waits for a backend: without asking AWS, at most for a whole answer, and for one it streams. */
export const BACKEND_TIMEOUT_SECONDS = { unasked: 29, buffered: 300, stream: 900 } as const;

/** How an answer of the backend is handed on. */
export const RESPONSE_TRANSFER_MODES = ["buffered", "stream"] as const;
