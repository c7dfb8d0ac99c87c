/**
 * Turns values into the words of the page.
 */

/** @param {number} score a cosine @returns {string} as per cent, e.g. "87 %" */
export const percent = (score) => `${Math.round(score * 100).toString().replace("-", "−")} %`;

/** @param {number} probability above 0 and below 1 @returns {string} as per cent, never 0 or 100 */
export const likelihood = (probability) => (probability < 0.01 ? "< 1 %" : `${Math.min(99, Math.round(probability * 100))} %`);

/** Names of the ninths of a picture, rows from the top. */
const PLACES = [["upper left", "top", "upper right"], ["left", "middle", "right"], ["lower left", "bottom", "lower right"]];

/** Beside the place with the largest share those are named that have at least this much of it, and so many at most. */
const ALSO = { share: 0.6, places: 3 };

/** @param {ReadonlyArray<ReadonlyArray<number>>} shares of the support in each ninth, rows from the top @returns {string} e.g. "mostly top and left" */
export function whereMost(shares) {
  const places = shares.flatMap((row, y) => row.map((share, x) => ({ share, name: PLACES[y][x] }))).sort((a, b) => b.share - a.share);
  const [first] = places;
  if (!first || first.share <= 0) return "nothing in particular";
  const named = places.filter(({ share }) => share >= ALSO.share * first.share).slice(0, ALSO.places).map(({ name }) => name);
  return `mostly ${new Intl.ListFormat("en").format(named)}`;
}

/** @param {number} x from the left, 0 to 1 @param {number} y from the top @returns {string} the ninth of a picture that a point lies in, e.g. "upper left" */
export const ninthAt = (x, y) => PLACES[Math.min(2, Math.floor(3 * y))][Math.min(2, Math.floor(3 * x))];

/** @param {string} name a metadata field, e.g. "heel_height" @returns {string} e.g. "Heel height" */
export function fieldLabel(name) {
  const words = name.replaceAll(/[_-]+/g, " ").replaceAll(/([a-z])([A-Z])/g, "$1 $2").trim().toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * @param {string} field
 * @param {any} value
 * @param {Record<string, any>} [metadata] the record the value stands in, which may name a currency
 * @returns {string}
 */
export function fieldValue(field, value, metadata = {}) {
  if (typeof value === "number") return isPrice(field) ? price(value, metadata.currency) : value.toLocaleString("en");
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map((part) => fieldValue(field, part, metadata)).join(", ");
  if (value === null || value === undefined) return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** @param {string} field @returns {boolean} */
export const isPrice = (field) => /(^|[._])price$/i.test(field);

/** @param {number} value @param {unknown} currency @returns {string} */
function price(value, currency) {
  const whole = Number.isInteger(value);
  const digits = { minimumFractionDigits: whole ? 0 : 2, maximumFractionDigits: whole ? 0 : 2 };
  if (typeof currency === "string" && /^[A-Z]{3}$/.test(currency)) {
    return new Intl.NumberFormat("en", { style: "currency", currency, ...digits }).format(value);
  }
  return new Intl.NumberFormat("en", digits).format(value);
}

/** @param {number} count @param {string} one @param {string} many @returns {string} */
export const counted = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
