/** The module that a thread of an import runs in the binary. It is told the task, and then what to import. */

import "../agent/import_worker.ts";
import { prepare } from "./prepare.ts";
import type { Task } from "./task.ts";

const scope = globalThis as unknown as { onmessage: ((event: MessageEvent) => void) | null };
const takeOrder = scope.onmessage;

scope.onmessage = ({ data }: MessageEvent<Task>): void => {
  prepare(data);
  scope.onmessage = takeOrder;
};
