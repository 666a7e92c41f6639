import type { TranscriptFile } from "./transcript.ts";

/** How far an import is. */
export interface ImportProgress {
  /** Transcripts that are done. */
  readonly done: number;
  /** Transcripts in all. */
  readonly transcripts: number;
  /** Bytes that were read, or need not be. */
  readonly bytes: number;
  /** Bytes in all. */
  readonly totalBytes: number;
}

/** Counts what was read. */
export class ProgressCounter {
  readonly #totalBytes: number;
  readonly #transcripts: number;
  readonly #tell: ((progress: ImportProgress) => void) | undefined;
  /** Bytes that were read of the transcripts that are being imported, and their sum. */
  readonly #reading = new Map<string, number>();
  #bytesReading = 0;
  #done = 0;
  #bytes = 0;

  /**
   * @param files What is imported.
   * @param tell Told how far it is.
   */
  constructor(files: readonly TranscriptFile[], tell: ((progress: ImportProgress) => void) | undefined) {
    this.#totalBytes = files.reduce((sum, { size }) => sum + size, 0);
    this.#transcripts = files.length;
    this.#tell = tell;
    this.#say();
  }

  /**
   * Takes note of how far a file was read.
   *
   * @param file The file.
   * @param bytes How many of its bytes.
   */
  read(file: TranscriptFile, bytes: number): void {
    this.#note(file, bytes);
    this.#say();
  }

  /**
   * Takes note that a file is done.
   *
   * @param file The file.
   */
  finish(file: TranscriptFile): void {
    this.#note(file, 0);
    this.#reading.delete(file.path);
    this.#done++;
    this.#bytes += file.size;
    this.#say();
  }

  #note({ path }: TranscriptFile, bytes: number): void {
    this.#bytesReading += bytes - (this.#reading.get(path) ?? 0);
    this.#reading.set(path, bytes);
  }

  #say(): void {
    this.#tell?.({
      done: this.#done,
      transcripts: this.#transcripts,
      bytes: this.#bytes + this.#bytesReading,
      totalBytes: this.#totalBytes,
    });
  }
}
