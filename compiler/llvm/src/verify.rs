//! What LLVM's own verifier does not know: that Mesh calls use registers only. A stack argument
//! under `tailcc` breaks unwinding, and is miscompiled by shrink-wrapping.

use crate::emit::TAILCC;
use crate::target::Target;
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::module::Module;
use inkwell::types::{BasicMetadataTypeEnum, BasicTypeEnum, FunctionType};
use mesh_abi::context::{FLOAT_ARG_REGS, FLOAT_RET_REGS, INT_RET_REGS};

/// Checks every function that has Mesh's calling convention, and that LLVM finds the module sound.
pub fn verify(module: &Module, target: Target) -> Result<(), String> {
    for function in module.get_functions() {
        let name = function.get_name().to_string_lossy().into_owned();
        for forbidden in ["byval", "sret", "inalloca"] {
            let kind = Attribute::get_named_enum_kind_id(forbidden);
            for n in 0..function.count_params() {
                let found = function.get_enum_attribute(AttributeLoc::Param(n), kind);
                if found.is_some() {
                    return Err(format!("{name}: a parameter is {forbidden}"));
                }
            }
        }
        if function.get_call_conventions() == TAILCC {
            registers_only(function.get_type(), target).map_err(|why| format!("{name}: {why}"))?;
        }
    }
    module.verify().map_err(|error| error.to_string())
}

/// Whether a function type's words all travel in registers.
pub fn registers_only(ty: FunctionType, target: Target) -> Result<(), String> {
    let mut ints = 0;
    let mut floats = 0;
    for param in ty.get_param_types() {
        match param {
            BasicMetadataTypeEnum::IntType(_) | BasicMetadataTypeEnum::PointerType(_) => ints += 1,
            BasicMetadataTypeEnum::FloatType(_) => floats += 1,
            other => return Err(format!("{other} is no word")),
        }
    }
    if ints > target.int_arg_regs() || floats > FLOAT_ARG_REGS {
        return Err(format!(
            "{ints} integers and {floats} floats need the stack"
        ));
    }
    if let Some(BasicTypeEnum::StructType(result)) = ty.get_return_type() {
        let fields = result.get_field_types();
        let is_float = |ty: &&BasicTypeEnum| matches!(ty, BasicTypeEnum::FloatType(_));
        let floats = fields.iter().filter(is_float).count();
        if floats > FLOAT_RET_REGS || fields.len() - floats > INT_RET_REGS {
            return Err("the result does not fit its registers".to_string());
        }
    }
    Ok(())
}
