//! What LLVM's own verifier does not know: that Mesh calls use registers only. A stack argument
//! under `tailcc` breaks unwinding, and is miscompiled by shrink-wrapping.

use crate::emit::TAILCC;
use crate::target::Target;
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::module::Module;
use inkwell::types::{BasicMetadataTypeEnum, BasicTypeEnum, FunctionType};
use mesh_abi::context::{FLOAT_ARG_REGS, FLOAT_RET_REGS, INT_RET_REGS};

/// Checks every function that has Mesh's calling convention. Compilers built with debug assertions
/// also ask LLVM whether it finds the module sound, which takes a while.
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
    if cfg!(debug_assertions) {
        module.verify().map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Whether a function type's words all travel in registers.
fn registers_only(ty: FunctionType, target: Target) -> Result<(), String> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use inkwell::context::Context;

    #[test]
    fn what_needs_the_stack_is_refused() {
        let llvm = Context::create();
        let (int, float) = (llvm.i64_type(), llvm.f64_type());
        let check = |ints: usize, floats: usize, target| {
            let mut params: Vec<BasicMetadataTypeEnum> = vec![int.into(); ints];
            params.extend(vec![BasicMetadataTypeEnum::from(float); floats]);
            registers_only(llvm.void_type().fn_type(&params, false), target).is_ok()
        };
        assert!(check(6, 8, Target::X86_64Linux));
        assert!(!check(7, 0, Target::X86_64Linux));
        assert!(!check(1, 9, Target::X86_64Linux));
        assert!(check(8, 8, Target::Aarch64Linux));
        assert!(!check(9, 0, Target::Aarch64Linux));
        let results = |words: &[BasicTypeEnum]| {
            let ty = llvm.struct_type(words, false).fn_type(&[], false);
            registers_only(ty, Target::X86_64Linux).is_ok()
        };
        assert!(results(&[
            int.into(),
            int.into(),
            int.into(),
            float.into(),
            float.into()
        ]));
        assert!(!results(&[int.into(), int.into(), int.into(), int.into()]));
        assert!(!results(&[float.into(), float.into(), float.into()]));
    }
}
