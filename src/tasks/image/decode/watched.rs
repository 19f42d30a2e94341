//! Bytes that end when the task is cancelled. (owner: helper fm)
