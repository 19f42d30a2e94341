// The ESM door has the names of the CommonJS one, and all of them as its default.
export * from './index.js'

import * as offloop from './index.js'
export default offloop
