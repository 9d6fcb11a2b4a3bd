//! Tests that compile Core and look at the code, or run it.

mod actors;
mod common;
mod debug;
mod programs;
mod stack;
mod units;
