//! What compiled code and the runtime agree on: layouts, the actor context, natives.
