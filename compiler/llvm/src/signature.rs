//! How words travel through a call between Mesh functions: registers only, the rest through the
//! blocks of the context.
//!
//! The context comes first, then a closure's object, then the arguments' words, each class in order
//! while it has registers. Further words stand in the argument block, in order, and the callee reads them
//! before it does anything else. A result that does not fit its registers is written to the
//! return block last thing and read first thing.

use crate::emit::{CCC, Emit, TAILCC};
use crate::layout::Word;
use crate::target::Target;
use inkwell::types::{BasicMetadataTypeEnum, BasicTypeEnum, FunctionType};
use mesh_abi::context::{ARG_WORDS, FLOAT_ARG_REGS, FLOAT_RET_REGS, INT_RET_REGS};

/// Where an argument's word travels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// LLVM's parameter of this number.
    Register(u32),
    /// This word of the argument block.
    Block(u32),
}

/// How the result comes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Returns {
    Nothing,
    Word,
    /// Several words in registers, as an LLVM struct.
    Words,
    /// In the return block.
    Block,
}

/// What decides a signature.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Shape {
    /// By C's convention instead of `tailcc`, see [`crate::analysis`]: the same registers, but on
    /// x86-64 `tailcc` pops a word of padding at every return, a third of the time of a small call.
    pub plain: bool,
    /// The closure's object is passed.
    pub closure: bool,
    pub params: Vec<Word>,
    pub result: Vec<Word>,
}

/// A Mesh function's machine signature.
pub struct Signature<'ctx> {
    pub shape: Shape,
    pub ty: FunctionType<'ctx>,
    /// One place for each parameter's word.
    pub places: Vec<Place>,
    /// Words that travel in the argument block.
    pub overflow: u32,
    pub returns: Returns,
}

/// Words of arguments that always fit, on every machine and in every call.
pub const MAX_ARG_WORDS: usize = ARG_WORDS - 32;

impl<'ctx> Signature<'ctx> {
    pub fn new(emit: &Emit<'ctx>, target: Target, shape: Shape) -> Signature<'ctx> {
        let fixed = 1 + usize::from(shape.closure);
        let mut ints = target.int_arg_regs() - fixed;
        let mut floats = FLOAT_ARG_REGS;
        let mut types: Vec<BasicMetadataTypeEnum> = vec![emit.raw.into()];
        if shape.closure {
            types.push(emit.gc.into());
        }
        let mut overflow = 0;
        let mut places = Vec::with_capacity(shape.params.len());
        for &word in &shape.params {
            let left = match word {
                Word::Float => &mut floats,
                Word::Int | Word::Ptr => &mut ints,
            };
            if *left > 0 {
                *left -= 1;
                places.push(Place::Register(types.len() as u32));
                types.push(emit.word(word).into());
            } else {
                places.push(Place::Block(overflow));
                overflow += 1;
            }
        }
        let returns = returns(&shape.result);
        let words: Vec<BasicTypeEnum> = shape.result.iter().map(|&w| emit.word(w)).collect();
        let ty = match returns {
            Returns::Nothing | Returns::Block => emit.llvm.void_type().fn_type(&types, false),
            Returns::Word => match words[0] {
                BasicTypeEnum::FloatType(ty) => ty.fn_type(&types, false),
                BasicTypeEnum::PointerType(ty) => ty.fn_type(&types, false),
                _ => emit.i64.fn_type(&types, false),
            },
            Returns::Words => emit.llvm.struct_type(&words, false).fn_type(&types, false),
        };
        Signature {
            shape,
            ty,
            places,
            overflow,
            returns,
        }
    }

    /// LLVM's number of the calling convention.
    pub fn convention(&self) -> u32 {
        if self.shape.plain { CCC } else { TAILCC }
    }

    /// The symbol of the shim that calls functions of this signature with C's convention.
    pub fn thunk_symbol(&self) -> String {
        let letters = |words: &[Word]| -> String {
            let letter = |word: &Word| match word {
                Word::Int => 'i',
                Word::Float => 'f',
                Word::Ptr => 'p',
            };
            words.iter().map(letter).collect()
        };
        let closure = match (self.shape.closure, self.shape.plain) {
            (true, _) => "closure",
            (false, false) => "direct",
            (false, true) => "plain",
        };
        let params = letters(&self.shape.params);
        let result = letters(&self.shape.result);
        format!("mesh.thunk.{closure}.{params}.{result}")
    }

    /// Where register words stand in the argument block while a call is packed: after those that always
    /// travel there. The closure's object counts as the first of them.
    pub fn packed(&self) -> Vec<(u32, Word)> {
        let mut words = Vec::new();
        if self.shape.closure {
            words.push((1, Word::Ptr));
        }
        for (place, &word) in self.places.iter().zip(&self.shape.params) {
            if let Place::Register(register) = place {
                words.push((*register, word));
            }
        }
        words
    }
}

fn returns(words: &[Word]) -> Returns {
    let floats = words.iter().filter(|&&word| word == Word::Float).count();
    match words.len() {
        0 => Returns::Nothing,
        1 => Returns::Word,
        n if floats <= FLOAT_RET_REGS && n - floats <= INT_RET_REGS => Returns::Words,
        _ => Returns::Block,
    }
}
