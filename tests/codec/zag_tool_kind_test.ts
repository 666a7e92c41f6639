import { assertEquals } from "@std/assert";
import { inferToolKind } from "../../src/codec/tool_kind.ts";
import type { ToolKind } from "../../src/codec/zag_events.ts";

const NAMES: { readonly [Kind in ToolKind]: readonly string[] } = {
  notebook: ["NotebookEdit", "notebook_read", "bash_notebook"],
  shell: ["Bash", "local_shell_call", "exec", "EXEC", "bash_read", "run_shell_command"],
  file_read: ["Read", "view", "cat", "read_many_files", "read_write"],
  file_write: ["Write", "write_file", "WriteEdit"],
  file_edit: ["Edit", "MultiEdit", "apply_patch", "edit_search"],
  search: ["Grep", "Glob", "web_search", "find", "ToolSearch"],
  sub_agent: ["Agent", "spawn_agent", "agent_fetch"],
  web: ["WebFetch", "fetch", "http_get"],
  other: ["", "Task", "execute", "viewer", "concat", "finder", "TodoWrit"],
};

for (const [kind, names] of Object.entries(NAMES)) {
  Deno.test(`inferToolKind() tells ${kind} when the name says so before anything else`, () => {
    assertEquals(names.map(inferToolKind), names.map(() => kind as ToolKind));
  });
}
