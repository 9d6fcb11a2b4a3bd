//! What impls and `deriving` clauses may have wrong, one file each.

mod derive_requirement;
mod extra_assoc_type;
mod extra_method;
mod method_shape;
mod missing_assoc_type;
mod missing_methods;
mod missing_super;
mod orphan_impl;
mod overlapping_impls;

pub use derive_requirement::DeriveRequirement;
pub use extra_assoc_type::ExtraAssocType;
pub use extra_method::ExtraMethod;
pub use method_shape::MethodShape;
pub use missing_assoc_type::MissingAssocType;
pub use missing_methods::MissingMethods;
pub use missing_super::MissingSuper;
pub use orphan_impl::OrphanImpl;
pub use overlapping_impls::OverlappingImpls;
