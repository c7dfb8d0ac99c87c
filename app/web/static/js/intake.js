/**
 * Takes pictures in: from the file dialog, from the clipboard, and dropped anywhere on the page.
 */

/** @typedef {{bytes: number, side: number}} Limits a picture of more bytes is made smaller, to this many pixels a side */

/** The network sees 256 pixels of a drawing, the wire and the server need no more. @type {Limits} */
export const LIMITS = { bytes: 4 * 1024 * 1024, side: 2048 };

/**
 * @typedef {Object} Intake
 * @property {HTMLElement} button opens the file dialog
 * @property {HTMLInputElement} input takes one file, or several
 * @property {HTMLElement} target shows where to drop; what is dropped or pasted while it is hidden is not for it
 * @property {Limits} limits
 * @property {(pictures: File[], refused: string) => void} onGiven those that may be pictures, and a sentence about the others
 */

/** @param {Intake} intake */
export function listenForPictures({ button, input, target, limits, onGiven }) {
  const take = async (/** @type {ReadonlyArray<File>} */ files) => {
    const given = input.multiple ? files : files.slice(0, 1);
    const small = [];
    // One after the other: large photos, decoded, take much memory.
    for (const picture of given.filter(isPicture)) small.push(await shrink(picture, limits));
    onGiven(small, refusal(given));
  };
  const isShown = () => target.closest("[hidden]") === null;
  fromDialog(button, input, take);
  fromClipboard(isShown, take);
  fromDrop(target, isShown, take);
}

/** @param {File} file @returns {boolean} whether it may be one; the server finds out what has no type */
const isPicture = ({ type }) => type === "" || type.startsWith("image/");

/** @param {ReadonlyArray<File>} files @returns {string} why some of them are not taken; empty where all are */
function refusal(files) {
  if (files.length === 0) return "There is no picture in that; save the picture first, then choose or drop the file.";
  const others = files.filter((file) => !isPicture(file)).map(({ name }) => `“${name}”`);
  if (others.length === 0) return "";
  const names = new Intl.ListFormat("en").format(others);
  return `${names} ${others.length === 1 ? "is not a picture" : "are not pictures"}; choose a PNG, JPEG or WebP file.`;
}

/** @param {HTMLElement} button @param {HTMLInputElement} input @param {(files: File[]) => void} take */
function fromDialog(button, input, take) {
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    if (files.length > 0) take(files);
    input.value = "";
  });
}

/** @param {() => boolean} isShown @param {(files: File[]) => void} take */
function fromClipboard(isShown, take) {
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0 || !isShown()) return;
    event.preventDefault();
    take(files);
  });
}

/** @param {HTMLElement} target @param {() => boolean} isShown @param {(files: File[]) => void} take */
function fromDrop(target, isShown, take) {
  const hover = (/** @type {boolean} */ over) => target.classList.toggle("is-target", over);
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
    if (isShown()) take([...(event.dataTransfer?.files ?? [])]);
  });
}

/**
 * Makes a large photo smaller, upright as its EXIF says; what the browser cannot read goes to the server as it is.
 *
 * @param {File} file
 * @param {Limits} limits
 * @returns {Promise<File>}
 */
export async function shrink(file, { bytes, side }) {
  if (file.size <= bytes) return file;
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
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
