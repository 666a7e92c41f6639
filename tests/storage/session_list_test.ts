import { assertEquals } from "@std/assert";
import { SessionList } from "../../src/storage/session_list.ts";

Deno.test("SessionList looks at a session when it is reached, and not before", () => {
  const looked: number[] = [];
  const list = SessionList.of([3, 2, 1], {
    idOf: (item) => `s-${item}`,
    rowOf(item): number {
      looked.push(item);
      return item * 10;
    },
  }).map((row) => ({ row }));
  assertEquals([list.size, list.ids(), looked], [3, ["s-3", "s-2", "s-1"], []]);
  assertEquals([list.at(1), looked], [{ row: 20 }, [2]]);
  assertEquals(list.toArray(), [{ row: 30 }, { row: 20 }, { row: 10 }]);
});
