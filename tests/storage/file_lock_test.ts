import { assertEquals, assertThrows } from "@std/assert";
import { LogLockedError } from "../../src/errors.ts";
import { FileLock, lockState } from "../../src/storage/file_lock.ts";
import { LockHolder, withoutTryLock } from "../helpers/lock_holder.ts";
import { TempDir, tree } from "../helpers/temp_dir.ts";

Deno.test("lockState() tells held, free and absent when a lock is taken, released and removed in this process", () => {
  using dir = new TempDir();
  const path = dir.at("a.lock");
  assertEquals(lockState(path), "absent");
  const lock = FileLock.take(path);
  assertEquals([lockState(path), lockState(path)], ["held", "held"]);
  lock.release();
  assertEquals([lockState(path), lockState(path)], ["free", "free"]);
  FileLock.take(path).remove();
  assertEquals(lockState(path), "absent");
  assertEquals(tree(dir.path), []);
});

Deno.test("lockState() tells held while another process holds a lock, and free once it was killed", async () => {
  using dir = new TempDir();
  const path = dir.at("a.lock");
  await using holder = await LockHolder.start(path);
  assertEquals(holder.said, "held");
  assertEquals(lockState(path), "held");
  assertThrows(() => FileLock.take(path), LogLockedError, path);
  await holder.kill();
  assertEquals(lockState(path), "free");
  FileLock.take(path).release();
});

Deno.test("FileLock.take() throws LogLockedError when this process holds the lock by another handle or another process wants it", async () => {
  using dir = new TempDir();
  const path = dir.at("a.lock");
  using _lock = FileLock.take(path);
  const error = assertThrows(() => FileLock.take(path), LogLockedError);
  assertEquals(error.path, path);
  await using holder = await LockHolder.start(path);
  assertEquals(holder.said, "LogLockedError");
  assertEquals(lockState(path), "held");
});

Deno.test("FileLock.take() gets the lock when somebody only looks whether it is held", () => {
  using dir = new TempDir();
  const path = dir.at("a.lock");
  FileLock.take(path).release();
  using looker = Deno.openSync(path, { read: true });
  looker.lockSync(false);
  assertEquals(lockState(path), "free");
  // The looker goes while the lock is being tried for.
  const { tryLockSync } = Deno.FsFile.prototype;
  let tries = 0;
  try {
    Deno.FsFile.prototype.tryLockSync = function (exclusive?: boolean): boolean {
      if (++tries === 3) looker.unlockSync();
      return tryLockSync.call(this, exclusive);
    };
    FileLock.take(path).release();
  } finally {
    Deno.FsFile.prototype.tryLockSync = tryLockSync;
  }
  assertEquals(tries, 3);
});

Deno.test("FileLock.wait() waits until the process that holds the lock has gone", async () => {
  using dir = new TempDir();
  const path = dir.at("a.lock");
  await using holder = await LockHolder.start(path);
  const killed = holder.kill();
  using _lock = FileLock.wait(path);
  assertEquals(lockState(path), "held");
  await killed;
});

Deno.test("FileLock makes a file for its owner alone and tolerates that it is gone when it is removed", () => {
  using dir = new TempDir();
  const lock = FileLock.take(dir.at("a.lock"));
  assertEquals(Deno.statSync(lock.path).mode! & 0o777, 0o600);
  Deno.removeSync(lock.path);
  lock.remove();
  assertEquals(tree(dir.path), []);
});

Deno.test("FileLock.take() throws what the system says when the lock file cannot be made", () => {
  assertThrows(() => FileLock.take("/nowhere/a.lock"), Deno.errors.NotFound);
  assertThrows(() => FileLock.wait("/nowhere/a.lock"), Deno.errors.NotFound);
});

Deno.test("lockState() tells unknown when the runtime cannot try a lock, and take() locks all the same", () => {
  using dir = new TempDir();
  const path = dir.at("a.lock");
  withoutTryLock(() => {
    assertEquals(lockState(path), "absent");
    using _lock = FileLock.take(path);
    assertEquals(lockState(path), "unknown");
  });
  using _lock = FileLock.take(path);
  withoutTryLock(() => assertEquals(lockState(path), "unknown"));
  assertEquals(lockState(path), "held");
});

Deno.test("lockState() tells unknown when the file system has no locks", () => {
  using dir = new TempDir();
  const path = dir.write("a.lock", "");
  const { tryLockSync } = Deno.FsFile.prototype;
  try {
    Deno.FsFile.prototype.tryLockSync = (): boolean => {
      throw new Error("Operation not supported (os error 95)");
    };
    assertEquals(lockState(path), "unknown");
  } finally {
    Deno.FsFile.prototype.tryLockSync = tryLockSync;
  }
});

Deno.test("FileLock.takeExisting() takes a lock that is there, and makes none", () => {
  using dir = new TempDir();
  const path = dir.at("existing.lock");
  assertEquals(FileLock.takeExisting(path), undefined);
  assertEquals(lockState(path), "absent");
  Deno.writeTextFileSync(path, "");
  using lock = FileLock.takeExisting(path);
  assertEquals(lock?.path, path);
  assertThrows(() => FileLock.takeExisting(path), LogLockedError);
});
