/** A worker file in ESM. */

export default (data) => data

export function spin(ms) {
  const end = performance.now() + ms
  while (performance.now() < end);
  return ms
}

export const notAFunction = 5
