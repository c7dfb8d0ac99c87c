/**
 * The pictures that a person is searched with: values, so that a step back finds them as they were.
 */

/**
 * @typedef {Object} Crop
 * @property {Blob} picture
 * @property {string} name
 * @property {{collection: string, key: string} | null} item the item whose picture it is; it is not its own hit
 *
 * @typedef {ReadonlyArray<Crop>} Crops all of one person
 */

/** As many as the API takes in one query. */
export const MOST = 32;

/** Of one picture. With these, as many as may be sent stay below the 10 MiB that a server takes by default. */
export const LIMITS = Object.freeze({ bytes: 256 * 1024, side: 512 });

/** @param {File} file @returns {Crop} */
export const cropOf = (file) => ({ picture: file, name: file.name || "pasted picture", item: null });

/**
 * @param {Crops} crops
 * @param {Crops} more
 * @returns {{crops: Crops, left: Crops}} as many as may be, and those for which there was no room
 */
export function withCrops(crops, more) {
  const all = [...crops, ...more];
  return { crops: all.slice(0, MOST), left: all.slice(MOST) };
}

/** @param {Crops} crops @param {Crop} crop @returns {Crops} */
export const withoutCrop = (crops, crop) => crops.filter((other) => other !== crop);

/** @param {Crops} crops @param {string} collection @returns {Set<string>} keys of items there whose own pictures these are */
export const keysIn = (crops, collection) =>
  new Set(crops.map(({ item }) => item).filter((item) => item?.collection === collection).map((item) => item?.key ?? ""));
