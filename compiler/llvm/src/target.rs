//! The machines code is generated for, and LLVM's description of each.

use inkwell::OptimizationLevel;
use inkwell::module::Module;
use inkwell::targets::{
    CodeModel, InitializationConfig, RelocMode, Target as Machine, TargetMachine, TargetTriple,
};
use mesh_abi::context::{INT_ARG_REGS_AARCH64, INT_ARG_REGS_X86_64};
use mesh_report::{Span, bug};
use std::sync::Once;

/// What machine the program will run on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    X86_64Linux,
    Aarch64Linux,
}

impl Target {
    /// The machine the compiler runs on, if it is one it can generate code for.
    pub fn host() -> Option<Target> {
        match (std::env::consts::ARCH, std::env::consts::OS) {
            ("x86_64", "linux") => Some(Target::X86_64Linux),
            ("aarch64", "linux") => Some(Target::Aarch64Linux),
            _ => None,
        }
    }

    /// LLVM's name of it.
    pub fn triple(self) -> &'static str {
        match self {
            Target::X86_64Linux => "x86_64-unknown-linux-gnu",
            Target::Aarch64Linux => "aarch64-unknown-linux-gnu",
        }
    }

    /// Integer-class argument registers of a Mesh call, the context included.
    pub fn int_arg_regs(self) -> usize {
        match self {
            Target::X86_64Linux => INT_ARG_REGS_X86_64,
            Target::Aarch64Linux => INT_ARG_REGS_AARCH64,
        }
    }

    /// What every machine of the kind can do. On x86-64: what all since 2009 can, which has the
    /// instructions for rounding and counting bits.
    fn cpu(self) -> &'static str {
        match self {
            Target::X86_64Linux => "x86-64-v2",
            Target::Aarch64Linux => "generic",
        }
    }

    /// LLVM's code generator for it.
    pub fn machine(self, release: bool) -> TargetMachine {
        static READY: Once = Once::new();
        READY.call_once(|| {
            let config = InitializationConfig {
                asm_parser: false,
                asm_printer: true,
                base: true,
                disassembler: false,
                info: true,
                machine_code: true,
            };
            Machine::initialize_x86(&config);
            Machine::initialize_aarch64(&config);
        });
        let level = if release {
            OptimizationLevel::Default
        } else {
            OptimizationLevel::None
        };
        let triple = TargetTriple::create(self.triple());
        let machine = Machine::from_triple(&triple).ok().and_then(|machine| {
            machine.create_target_machine(
                &triple,
                self.cpu(),
                "",
                level,
                RelocMode::PIC,
                CodeModel::Default,
            )
        });
        match machine {
            Some(machine) => machine,
            None => bug!(Span::DUMMY, "LLVM has no target {}", self.triple()),
        }
    }
}

/// Says in the module what machine it is for, and that addresses of objects are not numbers to
/// calculate with: the collector must find objects by what code keeps of them.
pub fn describe(module: &Module, machine: &TargetMachine) {
    module.set_triple(&machine.get_triple());
    let layout = machine.get_target_data().get_data_layout();
    let text = format!("{}-ni:1\0", layout.as_str().to_string_lossy());
    // SAFETY: the module lives, and the text ends in a NUL; LLVM copies it.
    unsafe {
        inkwell::llvm_sys::core::LLVMSetDataLayout(module.as_mut_ptr(), text.as_ptr().cast())
    };
}
