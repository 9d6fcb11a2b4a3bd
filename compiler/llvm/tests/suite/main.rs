//! Tests that compile Core and look at the code, or run it.

mod actors;
mod common;
mod debug;
mod frames;
mod programs;
mod stack;
mod units;
