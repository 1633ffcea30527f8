//! Declares the handlers of one kind: one line each, in `<kind>/mod.rs`.

/// From a list of handlers come their modules, an enum over all of them, and their descriptions.
///
/// ```text
/// handlers! {
///     Authenticate {
///         noop::Noop,
///         anonymous::Anonymous,
///     }
///     async fn authenticate(request: &Request) -> Result<Authentication, Failure>;
/// }
/// ```
///
/// A handler's file has its type, and the trait named first for it.
macro_rules! handlers {
    (
        $Trait:ident {
            $($module:ident::$Handler:ident,)+
        }
        $($methods:tt)+
    ) => {
        $(mod $module;)+

        /// Every handler of this kind.
        pub(crate) const DESCRIPTIONS: &[$crate::handlers::Description] =
            &[$(<$module::$Handler as $Trait>::DESCRIPTION),+];

        /// Every handler of this kind, as a key of the configuration.
        pub(crate) const FIELDS: &[$crate::config::Field] =
            &[$(<$module::$Handler as $Trait>::DESCRIPTION.field()),+];

        /// A handler that can be run.
        #[derive(Debug)]
        enum Handler {
            $($Handler($module::$Handler),)+
        }

        impl Handler {
            /// Builds the handler of this name.
            fn build(
                settings: &$crate::handlers::Settings<'_>,
            ) -> Result<Self, $crate::handlers::Misconfigured> {
                match settings.handler {
                    $(
                        name if name == <$module::$Handler as $Trait>::DESCRIPTION.name => {
                            <$module::$Handler as $Trait>::build(settings).map(Self::$Handler)
                        }
                    )+
                    _ => Err(settings.unknown()),
                }
            }

            fn description(&self) -> &'static $crate::handlers::Description {
                match self {
                    $(Self::$Handler(_) => &<$module::$Handler as $Trait>::DESCRIPTION,)+
                }
            }
        }

        $crate::handlers::registry::handlers!(@methods [$($Handler)+] $($methods)+);
    };

    // Methods of the enum, each of which calls the same one of the handler.
    (@methods [$($Handler:ident)+]) => {};
    (@methods [$($Handler:ident)+]
        async fn $name:ident($($argument:ident: $type:ty),*) -> $Returned:ty;
        $($rest:tt)*
    ) => {
        $crate::handlers::registry::handlers!(
            @method [$($Handler)+] async $name [$($argument: $type),*] ($($argument),*) $Returned
        );
        $crate::handlers::registry::handlers!(@methods [$($Handler)+] $($rest)*);
    };
    (@methods [$($Handler:ident)+]
        fn $name:ident($($argument:ident: $type:ty),*) -> $Returned:ty;
        $($rest:tt)*
    ) => {
        $crate::handlers::registry::handlers!(
            @method [$($Handler)+] sync $name [$($argument: $type),*] ($($argument),*) $Returned
        );
        $crate::handlers::registry::handlers!(@methods [$($Handler)+] $($rest)*);
    };
    (@method [$($Handler:ident)+] async $name:ident [$($argument:ident: $type:ty),*] $call:tt $Returned:ty) => {
        impl Handler {
            async fn $name(&self, $($argument: $type),*) -> $Returned {
                match self {
                    $(Self::$Handler(handler) => handler.$name $call.await,)+
                }
            }
        }
    };
    (@method [$($Handler:ident)+] sync $name:ident [$($argument:ident: $type:ty),*] $call:tt $Returned:ty) => {
        impl Handler {
            fn $name(&self, $($argument: $type),*) -> $Returned {
                match self {
                    $(Self::$Handler(handler) => handler.$name $call,)+
                }
            }
        }
    };
}

pub(crate) use handlers;
