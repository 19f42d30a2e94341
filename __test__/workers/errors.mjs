/** A worker file whose functions fail. */

class PaymentError extends RangeError {}

/** With an error that has everything. */
export function pay() {
  const cause = new Error('no money', { cause: new TypeError('none at all') })
  throw Object.assign(new PaymentError('declined', { cause }), {
    code: 'E_PAY',
    details: { rows: [1], at: new Date(5) },
    retry() {},
  })
}

export async function rejects() {
  await Promise.resolve()
  throw new AggregateError([new TypeError('a'), 'b'], 'all failed')
}

/** With what it is given. */
export function fail(value) {
  throw value
}

/** With what no clone has a meaning for, by name. */
export function strange(name) {
  const hostile = () => {
    throw new Error('hostile')
  }
  const values = {
    function: () => {},
    symbol: Symbol('s'),
    proxy: new Proxy(new Error('a'), { get: hostile, getPrototypeOf: hostile, ownKeys: hostile }),
    getters: Object.defineProperties(new Error('a'), {
      stack: { get: hostile },
      message: { get: hostile },
      code: { get: hostile, enumerable: true },
    }),
    circle: Object.assign(new Error('round'), { name: 'Round' }),
  }
  values.circle.cause = values.circle
  throw values[name]
}

export default (value) => value
