//! What a person would write for this one type: the limit that the rows are compared with.

use std::collections::HashMap;

use crate::order::{Item, NewItem, NewOrder, Order, Status};

type Result<T> = std::result::Result<T, &'static str>;

pub fn encode(order: &Order, out: &mut Vec<u8>) {
    put_string(&order.order_id, out);
    put_string(&order.customer, out);
    if !order.items.is_empty() {
        put_long(order.items.len() as i64, out);
        for item in &order.items {
            put_string(&item.sku, out);
            put_long(item.quantity.into(), out);
            out.extend_from_slice(&item.price.to_le_bytes());
        }
    }
    out.push(0);
    out.extend_from_slice(&order.total.to_le_bytes());
    put_long(order.status as i64, out);
    put_long(order.created_at, out);
    match &order.note {
        None => out.push(0),
        Some(note) => {
            out.push(2);
            put_string(note, out);
        }
    }
    if !order.tags.is_empty() {
        put_long(order.tags.len() as i64, out);
        for (key, value) in &order.tags {
            put_string(key, out);
            put_string(value, out);
        }
    }
    out.push(0);
}

fn put_long(value: i64, out: &mut Vec<u8>) {
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

fn put_string(text: &str, out: &mut Vec<u8>) {
    put_long(text.len() as i64, out);
    out.extend_from_slice(text.as_bytes());
}

pub fn decode(mut datum: &[u8]) -> Result<Order> {
    let input = &mut datum;
    let order = Order {
        order_id: string(input)?,
        customer: string(input)?,
        items: items(input, |input| {
            Ok(Item {
                sku: string(input)?,
                quantity: int(input)?,
                price: double(input)?,
            })
        })?,
        total: double(input)?,
        status: status(input)?,
        created_at: long(input)?,
        note: match long(input)? {
            0 => None,
            1 => Some(string(input)?),
            _ => return Err("no such branch"),
        },
        tags: {
            let mut tags = HashMap::new();
            while let Some(count) = block(input)? {
                for _ in 0..count {
                    let key = string(input)?;
                    tags.insert(key, string(input)?);
                }
            }
            tags
        },
    };
    finish(input).map(|()| order)
}

/// Data of the old schema as today's type: for a person it is just another function.
pub fn decode_old(mut datum: &[u8]) -> Result<NewOrder> {
    let input = &mut datum;
    let order = NewOrder {
        order_id: string(input)?,
        customer_name: string(input)?,
        items: items(input, |input| {
            Ok(NewItem {
                sku: string(input)?,
                quantity: int(input)?.into(),
                price: double(input)?,
            })
        })?,
        total: double(input)?,
        status: status(input)?,
        created_at: long(input)?,
        note: None,
        tags: HashMap::new(),
    };
    finish(input).map(|()| order)
}

fn items<T>(input: &mut &[u8], item: impl Fn(&mut &[u8]) -> Result<T>) -> Result<Vec<T>> {
    let mut items = Vec::new();
    while let Some(count) = block(input)? {
        for _ in 0..count {
            items.push(item(input)?);
        }
    }
    Ok(items)
}

fn block(input: &mut &[u8]) -> Result<Option<u64>> {
    let count = long(input)?;
    if count < 0 {
        long(input)?;
    }
    Ok((count != 0).then_some(count.unsigned_abs()))
}

fn status(input: &mut &[u8]) -> Result<Status> {
    match long(input)? {
        0 => Ok(Status::Pending),
        1 => Ok(Status::Paid),
        2 => Ok(Status::Shipped),
        _ => Err("no such symbol"),
    }
}

fn string(input: &mut &[u8]) -> Result<String> {
    let len = usize::try_from(long(input)?).map_err(|_| "negative length")?;
    let bytes = take(input, len)?;
    String::from_utf8(bytes.to_vec()).map_err(|_| "no UTF-8")
}

fn double(input: &mut &[u8]) -> Result<f64> {
    let bytes = take(input, 8)?;
    Ok(f64::from_le_bytes(
        bytes.try_into().map_err(|_| "too short")?,
    ))
}

fn int(input: &mut &[u8]) -> Result<i32> {
    long(input)?.try_into().map_err(|_| "no int")
}

fn long(input: &mut &[u8]) -> Result<i64> {
    let mut value = 0_u64;
    let mut shift = 0;
    loop {
        let byte = take(input, 1)?[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok((value >> 1) as i64 ^ -((value & 1) as i64));
        }
        shift += 7;
        if shift > 63 {
            return Err("number too long");
        }
    }
}

fn take<'a>(input: &mut &'a [u8], len: usize) -> Result<&'a [u8]> {
    if input.len() < len {
        return Err("too short");
    }
    let (bytes, rest) = input.split_at(len);
    *input = rest;
    Ok(bytes)
}

fn finish(input: &[u8]) -> Result<()> {
    match input.is_empty() {
        true => Ok(()),
        false => Err("bytes left over"),
    }
}
