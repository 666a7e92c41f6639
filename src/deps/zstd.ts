/** `fzstd`: compressed transcripts. Loaded only where there is one. */

export { Decompress } from "npm:fzstd@0.1.1";
