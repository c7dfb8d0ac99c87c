/**
 * Takes pictures in: from the file dialog, from the clipboard, and dropped anywhere on the page.
 */

import { byId } from "./elements.js";

/** Above this a picture is made smaller first: the network sees 256 pixels of it, the wire and the server need no more. */
const LARGE_BYTES = 4 * 1024 * 1024;
const LARGEST_SIDE = 2048;

/**
 * @param {{onPicture: (picture: File) => void, onRefused: (sentence: string) => void}} listeners
 */
export function listenForPictures({ onPicture, onRefused }) {
  const take = async (/** @type {Iterable<File>} */ files) => {
    const [file] = files;
    if (!file) onRefused("There is no picture in that; save the picture first, then choose or drop the file.");
    else if (file.type !== "" && !file.type.startsWith("image/")) onRefused(`“${file.name}” is not a picture; choose a PNG, JPEG or WebP file.`);
    else onPicture(await shrink(file));
  };
  fromDialog(take);
  fromClipboard(take);
  fromDrop(take);
}

/** @param {(files: Iterable<File>) => void} take */
function fromDialog(take) {
  const input = byId("file");
  byId("upload").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    if (input.files.length > 0) take([...input.files]);
    input.value = "";
  });
}

/** @param {(files: Iterable<File>) => void} take */
function fromClipboard(take) {
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  });
}

/** @param {(files: Iterable<File>) => void} take */
function fromDrop(take) {
  const paper = byId("paper");
  const hover = (/** @type {boolean} */ over) => paper.classList.toggle("is-target", over);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    hover(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) hover(false);
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    hover(false);
    take([...(event.dataTransfer?.files ?? [])]);
  });
}

/**
 * Makes a large photo smaller, upright as its EXIF says; what the browser cannot read goes to the server as it is.
 *
 * @param {File} file
 * @returns {Promise<File>}
 */
export async function shrink(file) {
  if (file.size <= LARGE_BYTES) return file;
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, LARGEST_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    // A JPEG has no transparency to lose; everything else may.
    const type = file.type === "image/jpeg" ? "image/jpeg" : "image/png";
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, 0.92));
    return blob && blob.size < file.size ? new File([blob], file.name, { type }) : file;
  } catch {
    return file;
  }
}
