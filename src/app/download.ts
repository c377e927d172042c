/** How long a browser may take to get hold of a download, ms. */
const takeover = 10_000;

/** Hands a file to the browser as a download. */
export function download(name: string, file: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), takeover);
}
