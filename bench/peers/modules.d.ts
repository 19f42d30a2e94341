// The peers are installed by the benchmarks themselves, so the type check must do without them.
declare module 'piscina'
declare module 'tinypool'
declare module 'workerpool'
declare module 'poolifier'
declare module 'sharp'
declare module '@napi-rs/image'
declare module 'jimp'
