//! `image.stats`: numbers about the pixels of an image, as sharp's `stats()` has them.
