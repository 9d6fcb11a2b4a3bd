//! How large frames really are.
//!
//! What a function asks the stack for on entry rests on a bound that [`crate::analysis`] computes
//! before LLVM has inlined anything and spilled what does not fit registers. So every function
//! tells LLVM its bound, and LLVM tells of every frame that came out larger; the module is then
//! generated again with what was learnt. No code leaves the crate whose frames break their bounds.

use crate::emit::Emit;
use crate::large::SUFFIX;
use inkwell::attributes::AttributeLoc;
use inkwell::context::{AsContextRef, Context};
use inkwell::llvm_sys::LLVMDiagnosticSeverity;
use inkwell::llvm_sys::core::{
    LLVMContextSetDiagnosticHandler, LLVMDisposeMessage, LLVMGetDiagInfoDescription,
    LLVMGetDiagInfoSeverity,
};
use inkwell::llvm_sys::prelude::LLVMDiagnosticInfoRef;
use inkwell::values::FunctionValue;
use mesh_report::{Span, bug};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::ffi::{CStr, c_void};

/// Bytes of frame that a function which stands for no Mesh function may have.
pub const HELPER_FRAME: u64 = 512;

/// Frames that are larger than their bounds: bytes by symbol.
pub type Larger = FxHashMap<String, u64>;

/// Lets LLVM tell if a function's frame takes more than `bytes`.
pub fn bound<'ctx>(emit: &Emit<'ctx>, function: FunctionValue<'ctx>, bytes: u64) {
    let attribute = emit
        .llvm
        .create_string_attribute("warn-stack-size", &bytes.to_string());
    function.add_attribute(AttributeLoc::Function, attribute);
}

/// Collects what LLVM tells of one context.
#[derive(Default)]
pub struct Watch {
    /// On the heap, for LLVM keeps its address.
    messages: Box<RefCell<Vec<String>>>,
}

impl Watch {
    /// Listens until the context ends, which it must do before the watch.
    pub fn listen(&self, llvm: &Context) {
        let messages: *const RefCell<Vec<String>> = &raw const *self.messages;
        // SAFETY: the handler gets the messages, which outlive the context.
        unsafe {
            LLVMContextSetDiagnosticHandler(
                llvm.as_ctx_ref(),
                Some(hear),
                messages.cast_mut().cast(),
            );
        }
    }

    /// The frames that were too large for their bounds.
    pub fn larger(&self) -> Larger {
        let messages = self.messages.take();
        let parsed = messages.iter().map(|message| match parse(message) {
            Some((symbol, bytes)) => {
                let symbol = symbol.strip_suffix(SUFFIX).unwrap_or(symbol);
                (symbol.to_string(), bytes)
            }
            None => bug!(Span::DUMMY, "LLVM found fault with the code: {message}"),
        });
        parsed.collect()
    }
}

extern "C" fn hear(diagnostic: LLVMDiagnosticInfoRef, messages: *mut c_void) {
    // SAFETY: LLVM passes a live diagnostic and the pointer that `Watch::listen` gave it; the text it
    // makes ends in a NUL and is ours to dispose of.
    let (messages, text) = unsafe {
        use LLVMDiagnosticSeverity as Severity;
        match LLVMGetDiagInfoSeverity(diagnostic) {
            Severity::LLVMDSError | Severity::LLVMDSWarning => {}
            _ => return,
        }
        let description = LLVMGetDiagInfoDescription(diagnostic);
        let text = CStr::from_ptr(description).to_string_lossy().into_owned();
        LLVMDisposeMessage(description);
        (&*messages.cast::<RefCell<Vec<String>>>(), text)
    };
    messages.borrow_mut().push(text);
}

/// Symbol and bytes of `… stack frame size (BYTES) exceeds limit (BOUND) in function 'SYMBOL'`.
fn parse(message: &str) -> Option<(&str, u64)> {
    let (_, rest) = message.split_once("stack frame size (")?;
    let (bytes, rest) = rest.split_once(") exceeds limit (")?;
    let (_, symbol) = rest.split_once(") in function '")?;
    Some((symbol.strip_suffix('\'')?, bytes.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn messages_of_llvm_are_understood() {
        let message = "<unknown>:0:0: stack frame size (1048) exceeds limit (24) in function 'f'";
        assert_eq!(parse(message), Some(("f", 1048)));
        assert_eq!(parse("something else"), None);
    }
}
