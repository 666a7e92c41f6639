/** Text as a tree. */

/** A node of a tree. */
export interface TreeNode {
  /** Its own line. */
  readonly text: string;
  /** Further lines about it, each for a given number of columns where the terminal has so few. */
  readonly details?: readonly ((width: number | undefined) => string)[];
  /** What hangs below it. */
  readonly children?: readonly TreeNode[];
}

/**
 * Draws a tree.
 *
 * @param root The tree.
 * @param width Columns of the terminal, if there is one; details are told how many are left for them.
 * @param dim How to draw the branches.
 * @returns The lines, without newlines.
 */
export function drawTree(root: TreeNode, width: number | undefined, dim: (text: string) => string): string[] {
  const lines: string[] = [];
  const draw = (node: TreeNode, first: string, rest: string): void => {
    const { text, details = [], children = [] } = node;
    lines.push(dim(first) + text);
    const bar = rest + (children.length > 0 ? "│ " : "  ");
    for (const detail of details) {
      lines.push(dim(bar) + detail(width === undefined ? undefined : width - bar.length));
    }
    children.forEach((child, at) => {
      const isLast = at === children.length - 1;
      draw(child, rest + (isLast ? "└─ " : "├─ "), rest + (isLast ? "   " : "│  "));
    });
  };
  draw(root, "", "");
  return lines;
}
