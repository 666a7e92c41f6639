/** As `src/binary/import_thread.ts`, but all that it is told to do is to make attempts. */

import "../../../src/binary/import_thread.ts";
import { attemptAll, type Outcomes, type Places } from "./probes.ts";

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent) => void;
  postMessage(outcomes: Outcomes): void;
};
const begin = scope.onmessage;

scope.onmessage = (event): void => {
  begin(event);
  scope.onmessage = async ({ data }: MessageEvent<Places>): Promise<void> => scope.postMessage(await attemptAll(data));
};
